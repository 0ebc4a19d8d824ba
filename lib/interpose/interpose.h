/* SPDX-License-Identifier: MIT */
/*
 * What interposers share. An interposer only translates: guard, probe, real call, probe. Its pattern:
 *
 *     INTERPOSE int pthread_mutex_unlock(pthread_mutex_t *mutex)
 *     {
 *         if (probe_on())
 *             probe_release(mutex, THRUM_kind_mutex, THRUM_mode_exclusive, SITE);
 *         return REAL(pthread_mutex_unlock)(mutex);
 *     }
 */
#ifndef THRUM_INTERPOSE_H
#define THRUM_INTERPOSE_H

#include <errno.h>
#include <stdint.h>
#include <time.h>

#include "core/python.h"
#include "core/real.h"
#include "core/version.h"
#include "core/visibility.h"
#include "interpose/scope.h"
#include "probe/probe.h"

#define INTERPOSE THRUM_EXPORT

/* OLD(pthread_kill, VERSION_FIRST): declares that the function has an older form; OLD_REAL() is whichever is asked for. */
#define OLD(name, version_)                                                               \
    static struct version_old old_##name = {#name, version_, NULL, NULL, NULL};           \
    __attribute__((constructor)) static void old_##name##_find(void) { version_find(&old_##name); }
#define OLD_REAL(name) (version_is_old(&old_##name, SITE) ? (__typeof__(REAL(name)))old_##name.function : REAL(name))

/* REPORTED(pthread_mutex_init, mutex, kind, (mutex, attributes)): the real call, whose failure is told; its result. */
#define REPORTED(function, object, kind, arguments)                   \
    (__extension__({                                                  \
        int reported_ = REAL(function) arguments;                     \
        if (__builtin_expect(reported_ != 0, 0) && probe_on())        \
            probe_failed(#function, object, kind, reported_, SITE);   \
        reported_;                                                    \
    }))

/* Nanoseconds from now until an absolute time; 0 where it has passed, -1 (for ever) for NULL, as libc takes it. */
int64_t timeout_until(clockid_t clock, const struct timespec *absolute);

/* Whether libc's clock-taking calls accept this clock; they refuse others before they look at the object. */
static inline bool clock_is_supported(clockid_t clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC;
}

/* Timed calls of semaphores and rwlocks refuse a time that isn't one, also where they would not block. */
static inline bool time_is_valid(const struct timespec *time)
{
    return !time || (time->tv_nsec >= 0 && time->tv_nsec < 1000000000);
}

/*
 * A begun acquire or wait, whose end is recorded also where the call is left by cancellation or an exception:
 *
 *     BEGUN(begun, ((struct begun){.object = cond, ...}));
 *     int result = begun_begin(&begun, timeout);
 *     return result ? result : begun_end(&begun, REAL(pthread_cond_wait)(cond, mutex));
 */
struct begun {
    struct scope scope;
    const void *object;
    const void *mutex; /* of a wait */
    const void *site;
    enum thrum_kind kind;
    enum thrum_mode mode;
    enum thrum_how how;
    bool is_wait;
    bool open; /* begun and not ended */
};

/*
 * Of an acquire that is tried first: tells what the try came to; true where the caller must block, which
 * BEGUN_BLOCK() does:
 *
 *     BEGUN(begun, spin_begun(lock, THRUM_how_block, SITE));
 *     int result = REAL(pthread_spin_trylock)(lock);
 *     if (!begun_tried(&begun, result))
 *         return result;
 *     return BEGUN_BLOCK(&begun, -1, REAL(pthread_spin_lock)(lock));
 */
bool begun_tried(struct begun *begun, int result);

#define BEGUN_BLOCK(begun, timeout, call)                     \
    (__extension__({                                          \
        int refused_ = begun_begin(begun, timeout);           \
        refused_ ? refused_ : begun_end(begun, call);         \
    }))

#define BEGUN(variable, value) struct begun variable __attribute__((cleanup(begun_unwound))) = value

/* Records the begin; 0, or an errno value to return instead of blocking. */
int begun_begin(struct begun *begun, int64_t timeout);
/* Records the end with its result, which it gives back. */
int begun_end(struct begun *begun, int result);
void begun_unwound(struct begun *begun);

#endif
