/* SPDX-License-Identifier: MIT */
/* pthread_spin_*. A lock that is spun for is acquired as any other: what it costs to wait isn't told apart. */
#include "interpose/interpose.h"

static struct begun spin_begun(pthread_spinlock_t *lock, enum thrum_how how, const void *site)
{
    return (struct begun){
        .object = (const void *)lock, .kind = THRUM_kind_spinlock, .mode = THRUM_mode_exclusive, .how = how, .site = site};
}

INTERPOSE int pthread_spin_lock(pthread_spinlock_t *lock)
{
    if (!probe_on())
        return REAL(pthread_spin_lock)(lock);
    BEGUN(begun, spin_begun(lock, THRUM_how_block, SITE));
    int result = REAL(pthread_spin_trylock)(lock);
    if (!begun_tried(&begun, result))
        return result;
    return BEGUN_BLOCK(&begun, -1, REAL(pthread_spin_lock)(lock));
}

INTERPOSE int pthread_spin_trylock(pthread_spinlock_t *lock)
{
    int result = REAL(pthread_spin_trylock)(lock);

    if (probe_on()) {
        struct begun begun = spin_begun(lock, THRUM_how_try, SITE);
        begun_tried(&begun, result);
    }
    return result;
}

/* Unknown where nobody holds it: an error of the program's. */
static enum thrum_mode spin_mode(pthread_spinlock_t *lock)
{
#ifdef __x86_64__
    enum { FREE = 1 };
#else
    enum { FREE = 0 };
#endif

    return __atomic_load_n((const volatile int *)lock, __ATOMIC_RELAXED) == FREE ? THRUM_mode_unknown : THRUM_mode_exclusive;
}

INTERPOSE int pthread_spin_unlock(pthread_spinlock_t *lock)
{
    if (probe_on())
        probe_release((const void *)lock, THRUM_kind_spinlock, spin_mode(lock), SITE);
    return REAL(pthread_spin_unlock)(lock);
}

INTERPOSE int pthread_spin_init(pthread_spinlock_t *lock, int shared)
{
    int result = REAL(pthread_spin_init)(lock, shared);

    if (result == 0 && probe_on())
        probe_init((const void *)lock, THRUM_kind_spinlock, &(struct probe_attributes){.shared = shared == PTHREAD_PROCESS_SHARED}, SITE);
    return result;
}

INTERPOSE int pthread_spin_destroy(pthread_spinlock_t *lock)
{
    if (probe_on())
        probe_destroy((const void *)lock, THRUM_kind_spinlock, SITE);
    return REAL(pthread_spin_destroy)(lock);
}
