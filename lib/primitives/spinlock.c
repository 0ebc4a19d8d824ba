/* SPDX-License-Identifier: MIT */
/* Spinlocks with exponential back-off. */
#include "thrum/spinlock.h"

#include <sched.h>
#include "object.h"
#include "wait.h"

/* The longest pause between two looks, in spin pauses; after that the processor is yielded at each look. */
enum { LONGEST = 256 };

static const struct object_birth birth = { .kind = THRUM_kind_spinlock };

static int begin(struct thrum_spinlock *spinlock, const char *name, unsigned flags, const void *site)
{
    object_begin(&spinlock->object, OBJECT_SPINLOCK, flags);
    annotate_atomic(&spinlock->word);
    atomic_init(&spinlock->word, 0);
    if (probe_on())
        object_announce(&spinlock->object, spinlock, &birth, name, site);
    return 0;
}

int thrum_spinlock_init(struct thrum_spinlock *spinlock, const char *name)
{
    return begin(spinlock, name, 0, SITE);
}

int thrum_spinlock_create(struct thrum_spinlock **spinlock, const char *name)
{
    *spinlock = malloc(sizeof **spinlock);
    return *spinlock ? begin(*spinlock, name, OBJECT_ON_HEAP, SITE) : ENOMEM;
}

int thrum_spinlock_destroy(struct thrum_spinlock *spinlock)
{
    object_check(&spinlock->object, OBJECT_SPINLOCK);
    if (thrum_spinlock_locked(spinlock))
        return EBUSY;
    annotate_after(spinlock);
    object_end(&spinlock->object, spinlock, THRUM_kind_spinlock, SITE);
    return 0;
}

static inline bool take(struct thrum_spinlock *spinlock)
{
    if (atomic_exchange_explicit(&spinlock->word, 1, memory_order_acquire) != 0)
        return false;
    annotate_after(spinlock);
    return true;
}

static bool passed(const struct timespec *deadline)
{
    struct timespec now;
    if (!deadline)
        return false;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec > deadline->tv_sec || (now.tv_sec == deadline->tv_sec && now.tv_nsec >= deadline->tv_nsec);
}

/* Looks only, between pauses, until it seems free: looking costs the holder nothing. */
static int spin(struct thrum_spinlock *spinlock, struct wait_limit *limit)
{
    const struct timespec *deadline = wait_limit_deadline(limit);
    unsigned pauses = 1;
    do {
        while (atomic_load_explicit(&spinlock->word, memory_order_relaxed) != 0) {
            for (unsigned i = 0; i < pauses; i++)
                futex_spin_pause();
            if (pauses < LONGEST) {
                pauses *= 2;
                continue;
            }
            if (wait_in_main() && wait_interrupt_take())
                return EINTR;
            if (passed(deadline))
                return ETIMEDOUT;
            sched_yield();
        }
    } while (!take(spinlock));
    return 0;
}

static int acquire_contended(struct thrum_spinlock *spinlock, struct wait_limit *limit, bool probed, const void *site)
{
    enum thrum_how how = wait_limit_how(limit);
    int result = 0;
    if (probed)
        result = probe_acquire_begin(spinlock, THRUM_kind_spinlock, THRUM_mode_exclusive, how, wait_limit_left(limit),
                                     site);
    if (result == 0)
        result = spin(spinlock, limit);
    if (probed)
        probe_acquire_end(spinlock, THRUM_kind_spinlock, THRUM_mode_exclusive, how, result, site);
    return result;
}

static inline int acquire(struct thrum_spinlock *spinlock, struct wait_limit *limit, const void *site)
{
    object_check(&spinlock->object, OBJECT_SPINLOCK);
    annotate_atomic(&spinlock->word);
    bool probed = object_probed(&spinlock->object, spinlock, &birth, site);
    if (__builtin_expect(!take(spinlock), 0))
        return acquire_contended(spinlock, limit, probed, site);
    if (probed)
        probe_acquire(spinlock, THRUM_kind_spinlock, THRUM_mode_exclusive, wait_limit_how(limit), site);
    return 0;
}

int thrum_spinlock_acquire(struct thrum_spinlock *spinlock)
{
    return acquire(spinlock, NULL, SITE);
}

int thrum_spinlock_acquire_for(struct thrum_spinlock *spinlock, int64_t nanoseconds)
{
    struct wait_limit space, *limit;
    int result = wait_limit_for(&space, nanoseconds, &limit);
    return result < 0 ? -result : acquire(spinlock, limit, SITE);
}

int thrum_spinlock_try_acquire(struct thrum_spinlock *spinlock)
{
    object_check(&spinlock->object, OBJECT_SPINLOCK);
    annotate_atomic(&spinlock->word);
    bool probed = object_probed(&spinlock->object, spinlock, &birth, SITE);
    int result = take(spinlock) ? 0 : EBUSY;
    if (!probed)
        return result;
    if (result == 0)
        probe_acquire(spinlock, THRUM_kind_spinlock, THRUM_mode_exclusive, THRUM_how_try, SITE);
    else
        probe_acquire_fail(spinlock, THRUM_kind_spinlock, THRUM_mode_exclusive, THRUM_how_try, result, SITE);
    return result;
}

int thrum_spinlock_release(struct thrum_spinlock *spinlock)
{
    object_check(&spinlock->object, OBJECT_SPINLOCK);
    annotate_atomic(&spinlock->word);
    if (!thrum_spinlock_locked(spinlock))
        return EPERM;
    if (object_probed(&spinlock->object, spinlock, &birth, SITE))
        probe_release(spinlock, THRUM_kind_spinlock, THRUM_mode_exclusive, SITE);
    annotate_before(spinlock);
    atomic_store_explicit(&spinlock->word, 0, memory_order_release);
    return 0;
}

bool thrum_spinlock_locked(const struct thrum_spinlock *spinlock)
{
    object_check(&spinlock->object, OBJECT_SPINLOCK);
    annotate_atomic(&spinlock->word);
    return atomic_load_explicit(&spinlock->word, memory_order_acquire) != 0;
}
