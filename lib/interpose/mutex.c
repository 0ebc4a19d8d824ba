/* SPDX-License-Identifier: MIT */
/* pthread_mutex_*: tries first, and tells of blocking only where the try failed. */
#include <limits.h>

#include "core/futex.h"
#include "interpose/interpose.h"
#include "interpose/mutex.h"
#include "probe/fast.h"

static struct begun mutex_begun(pthread_mutex_t *mutex, enum thrum_how how, const void *site)
{
    return (struct begun){.object = mutex, .kind = THRUM_kind_mutex, .mode = THRUM_mode_exclusive, .how = how, .site = site};
}

/* Tells what a try came to: got it, got it from a holder that died, or not and why. True where the caller must block. */
static bool mutex_tried(pthread_mutex_t *mutex, enum thrum_how how, int result, const void *site)
{
    struct begun begun = mutex_begun(mutex, how, site);

    if (result == EBUSY && how != THRUM_how_try)
        return true;
    if (result == 0) {
        probe_acquire(mutex, THRUM_kind_mutex, THRUM_mode_exclusive, how, site);
    } else if (result == EOWNERDEAD) {
        begun_begin(&begun, 0);
        begun_end(&begun, result);
    } else {
        probe_acquire_fail(mutex, THRUM_kind_mutex, THRUM_mode_exclusive, how, result, site);
        if (result != EBUSY)
            probe_failed("pthread_mutex_lock", mutex, THRUM_kind_mutex, result, site);
    }
    return false;
}

/* A lock that the caller's own holding refuses at once: an error, where other mutexes would block for ever. */
static bool mutex_refuses(const pthread_mutex_t *mutex)
{
    return (mutex->__data.__kind & 3) == PTHREAD_MUTEX_ERRORCHECK && mutex->__data.__owner == self_tid();
}

/*
 * A robust mutex that nobody made consistent. It isn't tried, for glibc's trylock (2.36) leaves it locked when it refuses it,
 * and who asks next would wait for ever.
 */
static inline bool mutex_is_lost(const pthread_mutex_t *mutex)
{
    enum { ROBUST = 16, NOT_RECOVERABLE = INT_MAX - 1 };

    return __builtin_expect((mutex->__data.__kind & ROBUST) != 0, 0) && mutex->__data.__owner == NOT_RECOVERABLE;
}

enum { SHARED = 128 }; /* in __kind: by processes */
enum { LOOKS = 4, PAUSES = 128 }; /* some microseconds, about what it takes to sleep and be woken */

/*
 * Takes a mutex that was just found held. What is recorded makes short holds longer, and so of two threads that take a
 * mutex all the time one would nearly always find it held, and go to sleep; then each unlock has to wake it, by a system
 * call. So it looks again for a moment. It looks seldom, because a look takes the mutex's memory from the processor of who
 * holds it, and because a mutex that changes hands each time is slower than one that stays where it is for a while.
 */
static int mutex_wait(pthread_mutex_t *mutex)
{
    for (int look = 0; look < LOOKS; look++) {
        for (int i = 0; i < PAUSES; i++)
            futex_spin_pause();
        if (__atomic_load_n(&mutex->__data.__lock, __ATOMIC_RELAXED) != 0)
            continue;
        int result = REAL(pthread_mutex_trylock)(mutex);
        if (result != EBUSY)
            return result;
    }
    return REAL(pthread_mutex_lock)(mutex);
}

/*
 * What is rare is in functions of its own, and called last: each register that the usual way would have to save for it is a
 * store, and the mutex's atomic operations wait until all stores are done.
 */
static __attribute__((noinline)) int mutex_lock_tried(pthread_mutex_t *mutex, int result, const void *site)
{
    if (result == EBUSY && mutex_refuses(mutex))
        result = REAL(pthread_mutex_lock)(mutex);
    if (!mutex_tried(mutex, THRUM_how_block, result, site))
        return result;
    if (mutex->__data.__kind & SHARED)
        probe_shares();
    BEGUN(begun, mutex_begun(mutex, THRUM_how_block, site));
    result = begun_begin(&begun, -1);
    return result ? result : begun_end(&begun, mutex_wait(mutex));
}

static __attribute__((noinline)) int mutex_locked(pthread_mutex_t *mutex, const void *site, const void *frame)
{
    return probe_acquire_fast(mutex, THRUM_kind_mutex, THRUM_mode_exclusive, THRUM_how_block, site, frame);
}

/* Before the real functions are known, and of a mutex that is lost. */
static __attribute__((noinline)) int mutex_lock_rare(pthread_mutex_t *mutex, const void *site)
{
    int result = probe_on() && !mutex_is_lost(mutex) ? REAL(pthread_mutex_trylock)(mutex) : REAL(pthread_mutex_lock)(mutex);

    return probe_on() ? mutex_lock_tried(mutex, result, site) : result;
}

INTERPOSE int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    if (__builtin_expect(!real.pthread_mutex_lock, 0))
        return mutex_lock_rare(mutex, SITE);
    if (!probe_on())
        return real.pthread_mutex_lock(mutex);
    if (mutex_is_lost(mutex))
        return mutex_lock_rare(mutex, SITE);
    int result = real.pthread_mutex_trylock(mutex);
    if (__builtin_expect(result != 0, 0))
        return mutex_lock_tried(mutex, result, SITE);
    return mutex_locked(mutex, SITE, probe_frame());
}

INTERPOSE int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
    int result = REAL(pthread_mutex_trylock)(mutex);

    if (probe_on())
        mutex_tried(mutex, THRUM_how_try, result, SITE);
    return result;
}

INTERPOSE int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex, const struct timespec *restrict until)
{
    if (!probe_on())
        return REAL(pthread_mutex_timedlock)(mutex, until);
    int result = mutex_is_lost(mutex) ? REAL(pthread_mutex_timedlock)(mutex, until) : REAL(pthread_mutex_trylock)(mutex);
    if (!mutex_tried(mutex, THRUM_how_timed, result, SITE))
        return result;
    BEGUN(begun, mutex_begun(mutex, THRUM_how_timed, SITE));
    result = begun_begin(&begun, timeout_until(CLOCK_REALTIME, until));
    return result ? result : begun_end(&begun, REAL(pthread_mutex_timedlock)(mutex, until));
}

INTERPOSE int pthread_mutex_clocklock(pthread_mutex_t *restrict mutex, clockid_t clock, const struct timespec *restrict until)
{
    if (!probe_on() || !clock_is_supported(clock))
        return REAL(pthread_mutex_clocklock)(mutex, clock, until);
    int result = mutex_is_lost(mutex) ? REAL(pthread_mutex_clocklock)(mutex, clock, until) : REAL(pthread_mutex_trylock)(mutex);
    if (!mutex_tried(mutex, THRUM_how_timed, result, SITE))
        return result;
    BEGUN(begun, mutex_begun(mutex, THRUM_how_timed, SITE));
    result = begun_begin(&begun, timeout_until(clock, until));
    return result ? result : begun_end(&begun, REAL(pthread_mutex_clocklock)(mutex, clock, until));
}

/* A lock that refuses, by an error, to be unlocked by who doesn't hold it: nothing is released. */
static bool mutex_refuses_others(const pthread_mutex_t *mutex)
{
    enum { TYPE = 3, ROBUST = 16 };
    int kind = mutex->__data.__kind;

    return (kind & TYPE) == PTHREAD_MUTEX_ERRORCHECK || (kind & TYPE) == PTHREAD_MUTEX_RECURSIVE || (kind & ROBUST);
}

static __attribute__((noinline)) int mutex_unlock(pthread_mutex_t *mutex, const void *site)
{
    bool on = probe_on();
    enum thrum_mode mode = on ? mutex_mode(mutex) : THRUM_mode_unknown;

    if (on && !(mode == THRUM_mode_unknown && mutex_refuses_others(mutex)))
        probe_release(mutex, THRUM_kind_mutex, mode, site);
    int result = REAL(pthread_mutex_unlock)(mutex);
    if (__builtin_expect(result != 0, 0) && on)
        probe_failed("pthread_mutex_unlock", mutex, THRUM_kind_mutex, result, site);
    return result;
}

/* Tells the recorder, where it alone listens, of a release that can't fail; false where that is still to be told. */
static inline bool mutex_release_recorded(pthread_mutex_t *mutex, const void *site)
{
    if (probe_sinks != PROBE_RECORD || mutex->__data.__owner != thrum_self.tid || thrum_self.tid == 0)
        return false;
    probe_release(mutex, THRUM_kind_mutex, THRUM_mode_exclusive, site);
    return true;
}

INTERPOSE int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    if (__builtin_expect(!real.pthread_mutex_unlock, 0) ||
        (probe_on() && !probe_release_fast(mutex) && !mutex_release_recorded(mutex, SITE)))
        return mutex_unlock(mutex, SITE);
    return real.pthread_mutex_unlock(mutex);
}

static enum thrum_type mutex_type(const pthread_mutexattr_t *attributes)
{
    int type = PTHREAD_MUTEX_DEFAULT;

    pthread_mutexattr_gettype(attributes, &type);
    switch (type) {
    case PTHREAD_MUTEX_RECURSIVE: return THRUM_type_recursive;
    case PTHREAD_MUTEX_ERRORCHECK: return THRUM_type_errorcheck;
    case PTHREAD_MUTEX_ADAPTIVE_NP: return THRUM_type_adaptive;
    default: return THRUM_type_plain;
    }
}

static struct probe_attributes mutex_attributes(const pthread_mutexattr_t *attributes)
{
    int protocol = PTHREAD_PRIO_NONE, robust = PTHREAD_MUTEX_STALLED, shared = PTHREAD_PROCESS_PRIVATE;

    if (!attributes)
        return (struct probe_attributes){.type = THRUM_type_plain};
    pthread_mutexattr_getprotocol(attributes, &protocol);
    pthread_mutexattr_getrobust(attributes, &robust);
    pthread_mutexattr_getpshared(attributes, &shared);
    return (struct probe_attributes){
        .type = mutex_type(attributes),
        .protocol = protocol == PTHREAD_PRIO_INHERIT   ? THRUM_protocol_inherit
                    : protocol == PTHREAD_PRIO_PROTECT ? THRUM_protocol_protect
                                                       : THRUM_protocol_none,
        .robust = robust == PTHREAD_MUTEX_ROBUST,
        .shared = shared == PTHREAD_PROCESS_SHARED,
    };
}

INTERPOSE int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
    int result = REPORTED(pthread_mutex_init, mutex, THRUM_kind_mutex, (mutex, attributes));

    if (result == 0 && probe_on()) {
        struct probe_attributes known = mutex_attributes(attributes);
        probe_init(mutex, THRUM_kind_mutex, &known, SITE);
    }
    return result;
}

INTERPOSE int pthread_mutex_consistent(pthread_mutex_t *mutex)
{
    int result = REPORTED(pthread_mutex_consistent, mutex, THRUM_kind_mutex, (mutex));

    if (result == 0 && probe_on())
        probe_consistent(mutex, THRUM_kind_mutex, SITE);
    return result;
}

INTERPOSE int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
    if (probe_on())
        probe_destroy(mutex, THRUM_kind_mutex, SITE);
    return REPORTED(pthread_mutex_destroy, mutex, THRUM_kind_mutex, (mutex));
}
