/* SPDX-License-Identifier: MIT */
/*
 * The lock of CPython's _thread: not recursive, without an owner, any thread may release it.
 *
 *     static struct thrum_lock lock = THRUM_LOCK_INIT_NAMED("accounts");
 *
 *     if (thrum_lock_acquire(&lock) == 0) {
 *         ...
 *         thrum_lock_release(&lock);
 *     }
 *
 * A release happens before the acquire that it lets through. The lock isn't fair: a running thread may take it
 * ahead of a waiting one. It may be destroyed as soon as no thread holds or wants it, also right after a release.
 */
#ifndef THRUM_LOCK_H
#define THRUM_LOCK_H

#include <thrum/base.h>

THRUM_BEGIN_DECLARATIONS

struct THRUM_CAPABILITY("lock") thrum_lock {
    struct thrum_object object;
    THRUM_ATOMIC(uint32_t) word; /* 0 free, 1 held, 2 held and perhaps waited for */
};
#define THRUM_LOCK_INIT THRUM_LOCK_INIT_NAMED(NULL)
#define THRUM_LOCK_INIT_NAMED(name) { THRUM_OBJECT_INIT(name), 0 }

/* Makes a lock in `*lock`. 0. */
THRUM_API int thrum_lock_init(struct thrum_lock *lock, const char *name);

/* Makes a lock on the heap (allocate_lock). 0; ENOMEM. */
THRUM_API int thrum_lock_create(struct thrum_lock **lock, const char *name);

/* Ends the lock. 0; EBUSY: it is held, and lives on. */
THRUM_API int thrum_lock_destroy(struct thrum_lock *lock);

/* Acquires, blocking where it is held, also by the caller. 0; EINTR. */
THRUM_API int thrum_lock_acquire(struct thrum_lock *lock) THRUM_ACQUIRES(*lock);

/* The same for at most that long. 0; ETIMEDOUT; EINTR; EINVAL: bad timeout. */
THRUM_API int thrum_lock_acquire_for(struct thrum_lock *lock, int64_t nanoseconds) THRUM_ACQUIRES(*lock);
THRUM_API int thrum_lock_acquire_until(struct thrum_lock *lock, const struct timespec *deadline) THRUM_ACQUIRES(*lock);

/* Acquires without blocking. 0; EBUSY. */
THRUM_API int thrum_lock_try_acquire(struct thrum_lock *lock) THRUM_ACQUIRES(*lock);

/* Releases, whichever thread acquired it. 0; EPERM: it isn't held. */
THRUM_API int thrum_lock_release(struct thrum_lock *lock) THRUM_RELEASES(*lock);

/* Whether it is held by any thread, at this instant. */
THRUM_API bool thrum_lock_locked(const struct thrum_lock *lock);

THRUM_END_DECLARATIONS

#endif
