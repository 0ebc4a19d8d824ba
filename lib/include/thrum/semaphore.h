/* SPDX-License-Identifier: MIT */
/*
 * A counting semaphore, and a bounded one that reports a release too many (CPython's threading.Semaphore and
 * BoundedSemaphore).
 *
 * A release happens before the acquire that it lets through. The semaphore may be destroyed as soon as no thread
 * waits for it, also right after the acquire that a release let through.
 */
#ifndef THRUM_SEMAPHORE_H
#define THRUM_SEMAPHORE_H

#include <thrum/base.h>

THRUM_BEGIN_DECLARATIONS

struct thrum_semaphore {
    struct thrum_object object;
    THRUM_ATOMIC(uint64_t) state; /* value in the low half, waiters in the high half */
    uint32_t limit;               /* largest value; 0: THRUM_SEMAPHORE_MAX */
};
#define THRUM_SEMAPHORE_MAX ((uint32_t)INT32_MAX)
#define THRUM_SEMAPHORE_INIT(value) THRUM_SEMAPHORE_INIT_NAMED(value, NULL)
#define THRUM_SEMAPHORE_INIT_BOUNDED(value, name) { THRUM_OBJECT_INIT(name), value, value }
#define THRUM_SEMAPHORE_INIT_NAMED(value, name) { THRUM_OBJECT_INIT(name), value, 0 }

/* Makes a semaphore in `*semaphore` or on the heap. 0; EINVAL: value above THRUM_SEMAPHORE_MAX; ENOMEM. */
THRUM_API int thrum_semaphore_init(struct thrum_semaphore *semaphore, uint32_t value, const char *name);
THRUM_API int thrum_semaphore_create(struct thrum_semaphore **semaphore, uint32_t value, const char *name);

/* The same, bounded: its value never exceeds the first one. Also EINVAL: value 0. */
THRUM_API int thrum_semaphore_init_bounded(struct thrum_semaphore *semaphore, uint32_t value, const char *name);
THRUM_API int thrum_semaphore_create_bounded(struct thrum_semaphore **semaphore, uint32_t value, const char *name);

/* Ends it. 0; EBUSY: a thread waits for it, and it lives on. */
THRUM_API int thrum_semaphore_destroy(struct thrum_semaphore *semaphore);

/* Takes 1 from the value, blocking while it is 0. 0; EINTR. A cancellation point where it blocks. */
THRUM_API int thrum_semaphore_acquire(struct thrum_semaphore *semaphore);

/* The same for at most that long. 0; ETIMEDOUT; EINTR; EINVAL: bad timeout. */
THRUM_API int thrum_semaphore_acquire_for(struct thrum_semaphore *semaphore, int64_t nanoseconds);
THRUM_API int thrum_semaphore_acquire_until(struct thrum_semaphore *semaphore, const struct timespec *deadline);

/* The same without blocking. 0; EAGAIN. */
THRUM_API int thrum_semaphore_try_acquire(struct thrum_semaphore *semaphore);

/*
 * Adds 1, or `count`, and lets as many waiters through. 0; EOVERFLOW: above the bound, nothing is added; EINVAL:
 * count 0. May be called from a signal handler.
 */
THRUM_API int thrum_semaphore_release(struct thrum_semaphore *semaphore);
THRUM_API int thrum_semaphore_release_many(struct thrum_semaphore *semaphore, uint32_t count);

/* Its value at this instant. */
THRUM_API uint32_t thrum_semaphore_value(const struct thrum_semaphore *semaphore);

THRUM_END_DECLARATIONS

#endif
