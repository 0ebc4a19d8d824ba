/* SPDX-License-Identifier: MIT */
/*
 * The recursive lock of CPython's _thread: its owner may acquire it again, and releases it as often.
 *
 * A release happens before the acquire of another thread that it lets through. Like the lock it isn't fair, and may
 * be destroyed as soon as no thread owns or wants it.
 */
#ifndef THRUM_RLOCK_H
#define THRUM_RLOCK_H

#include <thrum/base.h>

THRUM_BEGIN_DECLARATIONS

struct THRUM_REENTRANT_CAPABILITY("rlock") thrum_rlock {
    struct thrum_object object;
    THRUM_ATOMIC(uint32_t) word; /* as in thrum_lock */
    uint32_t depth;              /* the owner's */
    THRUM_ATOMIC(uintptr_t) owner;
};
#define THRUM_RLOCK_INIT THRUM_RLOCK_INIT_NAMED(NULL)
#define THRUM_RLOCK_INIT_NAMED(name) { THRUM_OBJECT_INIT(name), 0, 0, 0 }

/* Makes a recursive lock in `*rlock`. 0. */
THRUM_API int thrum_rlock_init(struct thrum_rlock *rlock, const char *name);

/* Makes one on the heap. 0; ENOMEM. */
THRUM_API int thrum_rlock_create(struct thrum_rlock **rlock, const char *name);

/* Ends it. 0; EBUSY: it is owned, and lives on. */
THRUM_API int thrum_rlock_destroy(struct thrum_rlock *rlock);

/* Acquires; blocks where another thread owns it. 0; EAGAIN: acquired 2^32-1 times already; EINTR. */
THRUM_API int thrum_rlock_acquire(struct thrum_rlock *rlock) THRUM_REENTRANT_ACQUIRES(*rlock);

/* The same for at most that long. As acquire; ETIMEDOUT; EINVAL: bad timeout. */
THRUM_API int thrum_rlock_acquire_for(struct thrum_rlock *rlock, int64_t nanoseconds) THRUM_REENTRANT_ACQUIRES(*rlock);
THRUM_API int thrum_rlock_acquire_until(struct thrum_rlock *rlock, const struct timespec *deadline)
    THRUM_REENTRANT_ACQUIRES(*rlock);

/* Acquires without blocking. 0; EBUSY: another thread owns it; EAGAIN. */
THRUM_API int thrum_rlock_try_acquire(struct thrum_rlock *rlock) THRUM_REENTRANT_ACQUIRES(*rlock);

/* Undoes one acquire. 0; EPERM: the caller doesn't own it. */
THRUM_API int thrum_rlock_release(struct thrum_rlock *rlock) THRUM_REENTRANT_RELEASES(*rlock);

/* Whether any thread owns it, at this instant; whether the caller does; how often the caller has acquired it. */
THRUM_API bool thrum_rlock_locked(const struct thrum_rlock *rlock);
THRUM_API bool thrum_rlock_owned(const struct thrum_rlock *rlock);
THRUM_API uint32_t thrum_rlock_depth(const struct thrum_rlock *rlock);

THRUM_END_DECLARATIONS

#endif
