/* SPDX-License-Identifier: MIT */
/* pthread_rwlock_*: acquired exclusive or shared. */
#include "interpose/interpose.h"

static struct begun rwlock_begun(pthread_rwlock_t *lock, enum thrum_mode mode, enum thrum_how how, const void *site)
{
    return (struct begun){.object = lock, .kind = THRUM_kind_rwlock, .mode = mode, .how = how, .site = site};
}

INTERPOSE int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
    if (!probe_on())
        return REAL(pthread_rwlock_rdlock)(lock);
    BEGUN(begun, rwlock_begun(lock, THRUM_mode_shared, THRUM_how_block, SITE));
    int result = REAL(pthread_rwlock_tryrdlock)(lock);
    if (!begun_tried(&begun, result))
        return result;
    if (lock->__data.__shared)
        probe_shares();
    return BEGUN_BLOCK(&begun, -1, REAL(pthread_rwlock_rdlock)(lock));
}

INTERPOSE int pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
    if (!probe_on())
        return REAL(pthread_rwlock_wrlock)(lock);
    BEGUN(begun, rwlock_begun(lock, THRUM_mode_exclusive, THRUM_how_block, SITE));
    int result = REAL(pthread_rwlock_trywrlock)(lock);
    if (!begun_tried(&begun, result))
        return result;
    if (lock->__data.__shared)
        probe_shares();
    return BEGUN_BLOCK(&begun, -1, REAL(pthread_rwlock_wrlock)(lock));
}

INTERPOSE int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock)
{
    int result = REAL(pthread_rwlock_tryrdlock)(lock);

    if (probe_on()) {
        struct begun begun = rwlock_begun(lock, THRUM_mode_shared, THRUM_how_try, SITE);
        begun_tried(&begun, result);
    }
    return result;
}

INTERPOSE int pthread_rwlock_trywrlock(pthread_rwlock_t *lock)
{
    int result = REAL(pthread_rwlock_trywrlock)(lock);

    if (probe_on()) {
        struct begun begun = rwlock_begun(lock, THRUM_mode_exclusive, THRUM_how_try, SITE);
        begun_tried(&begun, result);
    }
    return result;
}

INTERPOSE int pthread_rwlock_timedrdlock(pthread_rwlock_t *restrict lock, const struct timespec *restrict until)
{
    if (!probe_on())
        return REAL(pthread_rwlock_timedrdlock)(lock, until);
    BEGUN(begun, rwlock_begun(lock, THRUM_mode_shared, THRUM_how_timed, SITE));
    int result = time_is_valid(until) ? REAL(pthread_rwlock_tryrdlock)(lock) : EINVAL;
    if (!begun_tried(&begun, result))
        return result;
    return BEGUN_BLOCK(&begun, timeout_until(CLOCK_REALTIME, until), REAL(pthread_rwlock_timedrdlock)(lock, until));
}

INTERPOSE int pthread_rwlock_timedwrlock(pthread_rwlock_t *restrict lock, const struct timespec *restrict until)
{
    if (!probe_on())
        return REAL(pthread_rwlock_timedwrlock)(lock, until);
    BEGUN(begun, rwlock_begun(lock, THRUM_mode_exclusive, THRUM_how_timed, SITE));
    int result = time_is_valid(until) ? REAL(pthread_rwlock_trywrlock)(lock) : EINVAL;
    if (!begun_tried(&begun, result))
        return result;
    return BEGUN_BLOCK(&begun, timeout_until(CLOCK_REALTIME, until), REAL(pthread_rwlock_timedwrlock)(lock, until));
}

INTERPOSE int pthread_rwlock_clockrdlock(pthread_rwlock_t *restrict lock, clockid_t clock, const struct timespec *restrict until)
{
    if (!probe_on())
        return REAL(pthread_rwlock_clockrdlock)(lock, clock, until);
    BEGUN(begun, rwlock_begun(lock, THRUM_mode_shared, THRUM_how_timed, SITE));
    int result = clock_is_supported(clock) && time_is_valid(until) ? REAL(pthread_rwlock_tryrdlock)(lock) : EINVAL;
    if (!begun_tried(&begun, result))
        return result;
    return BEGUN_BLOCK(&begun, timeout_until(clock, until), REAL(pthread_rwlock_clockrdlock)(lock, clock, until));
}

INTERPOSE int pthread_rwlock_clockwrlock(pthread_rwlock_t *restrict lock, clockid_t clock, const struct timespec *restrict until)
{
    if (!probe_on())
        return REAL(pthread_rwlock_clockwrlock)(lock, clock, until);
    BEGUN(begun, rwlock_begun(lock, THRUM_mode_exclusive, THRUM_how_timed, SITE));
    int result = clock_is_supported(clock) && time_is_valid(until) ? REAL(pthread_rwlock_trywrlock)(lock) : EINVAL;
    if (!begun_tried(&begun, result))
        return result;
    return BEGUN_BLOCK(&begun, timeout_until(clock, until), REAL(pthread_rwlock_clockwrlock)(lock, clock, until));
}

/*
 * glibc keeps the writer's thread id in the lock, and counts its readers; a writer that isn't the caller, or none of both,
 * makes this an error of the program's.
 */
static enum thrum_mode rwlock_mode(const pthread_rwlock_t *lock)
{
    enum { READER_SHIFT = 3 };
    int writer = __atomic_load_n(&lock->__data.__cur_writer, __ATOMIC_RELAXED);

    if (writer == 0)
        return __atomic_load_n(&lock->__data.__readers, __ATOMIC_RELAXED) >> READER_SHIFT ? THRUM_mode_shared : THRUM_mode_unknown;
    return writer == self_tid() ? THRUM_mode_exclusive : THRUM_mode_unknown;
}

INTERPOSE int pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
    if (probe_on())
        probe_release(lock, THRUM_kind_rwlock, rwlock_mode(lock), SITE);
    return REAL(pthread_rwlock_unlock)(lock);
}

static enum thrum_type rwlock_type(const pthread_rwlockattr_t *attributes)
{
    int preference = PTHREAD_RWLOCK_DEFAULT_NP;

    if (attributes)
        pthread_rwlockattr_getkind_np(attributes, &preference);
    switch (preference) {
    case PTHREAD_RWLOCK_PREFER_WRITER_NP: return THRUM_type_prefer_writer;
    case PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP: return THRUM_type_prefer_writer_nonrecursive;
    default: return THRUM_type_prefer_reader;
    }
}

INTERPOSE int pthread_rwlock_init(pthread_rwlock_t *restrict lock, const pthread_rwlockattr_t *restrict attributes)
{
    int result = REPORTED(pthread_rwlock_init, lock, THRUM_kind_rwlock, (lock, attributes));

    if (result == 0 && probe_on()) {
        int shared = PTHREAD_PROCESS_PRIVATE;
        if (attributes)
            pthread_rwlockattr_getpshared(attributes, &shared);
        struct probe_attributes known = {.type = rwlock_type(attributes), .shared = shared == PTHREAD_PROCESS_SHARED};
        probe_init(lock, THRUM_kind_rwlock, &known, SITE);
    }
    return result;
}

INTERPOSE int pthread_rwlock_destroy(pthread_rwlock_t *lock)
{
    if (probe_on())
        probe_destroy(lock, THRUM_kind_rwlock, SITE);
    return REPORTED(pthread_rwlock_destroy, lock, THRUM_kind_rwlock, (lock));
}
