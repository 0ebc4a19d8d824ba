/* SPDX-License-Identifier: MIT */
/*
 * Spinlocks, with back-off: for sections of a few instructions, between threads that run at the same time.
 *
 * Who waits burns its processor, in pauses that grow, and then yields it between looks. Where a holder may be
 * preempted or may block, a thrum_lock is better.
 */
#ifndef THRUM_SPINLOCK_H
#define THRUM_SPINLOCK_H

#include <thrum/base.h>

THRUM_BEGIN_DECLARATIONS

struct THRUM_CAPABILITY("spinlock") thrum_spinlock {
    struct thrum_object object;
    THRUM_ATOMIC(uint32_t) word; /* 0 free, 1 held */
};
#define THRUM_SPINLOCK_INIT THRUM_SPINLOCK_INIT_NAMED(NULL)
#define THRUM_SPINLOCK_INIT_NAMED(name) { THRUM_OBJECT_INIT(name), 0 }

/* Makes a spinlock in `*spinlock` or on the heap. 0; ENOMEM. */
THRUM_API int thrum_spinlock_init(struct thrum_spinlock *spinlock, const char *name);
THRUM_API int thrum_spinlock_create(struct thrum_spinlock **spinlock, const char *name);

/* Ends it. 0; EBUSY: it is held, and lives on. */
THRUM_API int thrum_spinlock_destroy(struct thrum_spinlock *spinlock);

/* Acquires, spinning while it is held. 0; EINTR. */
THRUM_API int thrum_spinlock_acquire(struct thrum_spinlock *spinlock) THRUM_ACQUIRES(*spinlock);

/* The same for at most that long. 0; ETIMEDOUT; EINTR; EINVAL: bad timeout. */
THRUM_API int thrum_spinlock_acquire_for(struct thrum_spinlock *spinlock, int64_t nanoseconds)
    THRUM_ACQUIRES(*spinlock);

/* Acquires without waiting. 0; EBUSY. */
THRUM_API int thrum_spinlock_try_acquire(struct thrum_spinlock *spinlock) THRUM_ACQUIRES(*spinlock);

/* Releases. 0; EPERM: it isn't held. */
THRUM_API int thrum_spinlock_release(struct thrum_spinlock *spinlock) THRUM_RELEASES(*spinlock);

/* Whether it is held by any thread, at this instant. */
THRUM_API bool thrum_spinlock_locked(const struct thrum_spinlock *spinlock);

THRUM_END_DECLARATIONS

#endif
