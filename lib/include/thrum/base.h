/* SPDX-License-Identifier: MIT */
/*
 * What all headers of thrum share: results, timeouts, the head of an object, attributes for clang's analysis.
 *
 * Results. Functions that can fail return 0 or an errno value, as pthreads do; errno itself is left alone.
 *
 * Timeouts. NAME_for() takes nanoseconds from now: THRUM_FOREVER (-1) waits without end, 0 doesn't wait, other
 * negative values are EINVAL. NAME_until() takes an absolute time on CLOCK_MONOTONIC; NULL waits without end, bad
 * nanoseconds are EINVAL. Where the time is up the result is ETIMEDOUT.
 *
 * Interrupts. In the main thread every call that may block returns EINTR where an interrupt is pending or arrives
 * (thrum/interrupt.h). In other threads no call returns EINTR.
 *
 * Cancellation. Semaphore, event, condition, queue, join, future and group waits are cancellation points when they
 * block; lock, rlock, rwlock, spinlock and barrier aren't, as POSIX has it. What a cancelled wait was given goes to
 * another waiter: nothing is lost.
 *
 * Objects. An object is a static or local struct with THRUM_..._INIT (or zeroed) or THRUM_..._init(), or is made by
 * THRUM_..._create(). THRUM_..._destroy() ends each of them, and frees what create made. Fields are private. An
 * object may not be copied or moved. A name is shown in reports and timelines; it may be NULL; init and create
 * don't keep the string, a static initialiser does. What happens to a call on NULL or on what has been destroyed isn't
 * defined; a library configured with --enable-debug says so in one line and aborts.
 *
 * None of these functions may be called from a signal handler, unless its header says that it may.
 */
#ifndef THRUM_BASE_H
#define THRUM_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#ifdef __cplusplus
#define THRUM_BEGIN_DECLARATIONS extern "C" {
#define THRUM_END_DECLARATIONS }
#define THRUM_ATOMIC(type) type /* the library accesses it, atomically; same size and alignment */
#else
#define THRUM_BEGIN_DECLARATIONS
#define THRUM_END_DECLARATIONS
#if defined(__GNUC__) && __STDC_VERSION__ < 201112L
#define THRUM_ATOMIC(type) __extension__ _Atomic(type) /* C99 compilers know it, too, but warn */
#else
#define THRUM_ATOMIC(type) _Atomic(type)
#endif
#endif

struct timespec; /* strict C99 has it from POSIX's headers alone */

#if defined(__GNUC__)
#define THRUM_API __attribute__((visibility("default")))
#define THRUM_PRINTF(at, first) __attribute__((format(printf, at, first)))
#else
#define THRUM_API
#define THRUM_PRINTF(at, first)
#endif

/* Thread-safety analysis: clang -Wthread-safety. A call that acquires does so where it returns 0. */
#if defined(__clang__) && !defined(THRUM_NO_THREAD_SAFETY)
#define THRUM_CAPABILITY(name) __attribute__((capability(name)))
#define THRUM_ACQUIRES(object) __attribute__((try_acquire_capability(false, object)))
#define THRUM_ACQUIRES_SHARED(object) __attribute__((try_acquire_shared_capability(false, object)))
#define THRUM_RELEASES(object) __attribute__((release_capability(object)))
#define THRUM_RELEASES_SHARED(object) __attribute__((release_shared_capability(object)))
#define THRUM_REQUIRES(object) __attribute__((requires_capability(object)))
#define THRUM_GUARDED_BY(object) __attribute__((guarded_by(object)))
#define THRUM_NO_ANALYSIS __attribute__((no_thread_safety_analysis))
#else
#define THRUM_CAPABILITY(name)
#define THRUM_ACQUIRES(object)
#define THRUM_ACQUIRES_SHARED(object)
#define THRUM_RELEASES(object)
#define THRUM_RELEASES_SHARED(object)
#define THRUM_REQUIRES(object)
#define THRUM_GUARDED_BY(object)
#define THRUM_NO_ANALYSIS
#endif

/* A capability that its holder may acquire again is known to newer clangs only; older ones would warn of it. */
#if defined(__has_attribute)
#if __has_attribute(reentrant_capability) && !defined(THRUM_NO_THREAD_SAFETY)
#define THRUM_REENTRANT_CAPABILITY(name) __attribute__((capability(name), reentrant_capability))
#define THRUM_REENTRANT_ACQUIRES(object) THRUM_ACQUIRES(object)
#define THRUM_REENTRANT_RELEASES(object) THRUM_RELEASES(object)
#endif
#endif
#ifndef THRUM_REENTRANT_CAPABILITY
#define THRUM_REENTRANT_CAPABILITY(name)
#define THRUM_REENTRANT_ACQUIRES(object)
#define THRUM_REENTRANT_RELEASES(object)
#endif

/* Timeouts in nanoseconds. */
#define THRUM_FOREVER ((int64_t)-1)
#define THRUM_TIMEOUT_MAX INT64_MAX /* CPython's TIMEOUT_MAX: the longest one, 292 years */
#define THRUM_MICROSECONDS(n) ((int64_t)(n) * 1000)
#define THRUM_MILLISECONDS(n) ((int64_t)(n) * 1000000)
#define THRUM_SECONDS(n) ((int64_t)(n) * 1000000000)

/* The head of every object that can be initialised in place; private. */
struct thrum_object {
    uint32_t magic; /* what it is; 0 where it was only zeroed */
    THRUM_ATOMIC(uint32_t) flags;
    const char *name; /* of a static initialiser */
};
#define THRUM_OBJECT_INIT(name) { 0, 0, name }

/* What guards the inside of an object; private. */
struct thrum_guard {
    THRUM_ATOMIC(uint32_t) state;
};
#define THRUM_GUARD_INIT { 0 }

/* Those who wait for an object, oldest first; private. */
struct thrum_waiters {
    struct thrum_waiter *first, *last;
    uint32_t count;
};
#define THRUM_WAITERS_INIT { NULL, NULL, 0 }

#endif
