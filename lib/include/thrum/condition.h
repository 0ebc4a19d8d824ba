/* SPDX-License-Identifier: MIT */
/*
 * Condition variables (CPython's threading.Condition): wait, with a lock or recursive lock dropped meanwhile, until
 * notified.
 *
 *     thrum_lock_acquire(&lock);
 *     while (!ready)
 *         thrum_condition_wait(&condition);
 *     ...
 *     thrum_lock_release(&lock);
 *
 * A condition belongs to one lock. Waiters are woken oldest first, as many as were notified and no others. A notify
 * happens before the return of the wait that it ends; it may be made with or without the lock. When any wait returns,
 * whatever its result, the lock is held again, a recursive one as deep as before; taking it again is neither timed
 * nor interrupted. A condition may be destroyed as soon as its waits have returned.
 */
#ifndef THRUM_CONDITION_H
#define THRUM_CONDITION_H

#include <thrum/base.h>
#include <thrum/lock.h>
#include <thrum/rlock.h>

THRUM_BEGIN_DECLARATIONS

struct thrum_condition {
    struct thrum_object object;
    struct thrum_guard guard;
    struct thrum_waiters waiters;
    struct thrum_lock *lock; /* one of these is NULL */
    struct thrum_rlock *rlock;
};
#define THRUM_CONDITION_INIT(lock) THRUM_CONDITION_INIT_NAMED(lock, NULL)
#define THRUM_CONDITION_INIT_NAMED(lock, name) { THRUM_OBJECT_INIT(name), THRUM_GUARD_INIT, THRUM_WAITERS_INIT, lock, NULL }
#define THRUM_CONDITION_INIT_RLOCK(rlock, name) { THRUM_OBJECT_INIT(name), THRUM_GUARD_INIT, THRUM_WAITERS_INIT, NULL, rlock }

/* Makes a condition of this lock, in `*condition` or on the heap. 0; ENOMEM. */
THRUM_API int thrum_condition_init(struct thrum_condition *condition, struct thrum_lock *lock, const char *name);
THRUM_API int thrum_condition_create(struct thrum_condition **condition, struct thrum_lock *lock, const char *name);

/* The same with a recursive lock. */
THRUM_API int thrum_condition_init_rlock(struct thrum_condition *condition, struct thrum_rlock *rlock,
                                         const char *name);
THRUM_API int thrum_condition_create_rlock(struct thrum_condition **condition, struct thrum_rlock *rlock,
                                           const char *name);

/* Ends it. 0; EBUSY: a thread waits, and it lives on. */
THRUM_API int thrum_condition_destroy(struct thrum_condition *condition);

/*
 * Waits until notified. 0; EPERM: the lock isn't held, or the recursive lock not by the caller; EINTR. A cancellation
 * point; a cancelled wait, too, takes the lock again first, and passes a notification on to another waiter.
 */
THRUM_API int thrum_condition_wait(struct thrum_condition *condition);

/* The same for at most that long. Also ETIMEDOUT; EINVAL: bad timeout. */
THRUM_API int thrum_condition_wait_for(struct thrum_condition *condition, int64_t nanoseconds);
THRUM_API int thrum_condition_wait_until(struct thrum_condition *condition, const struct timespec *deadline);

/*
 * Waits until predicate(argument), called with the lock held, first and after each notification, is true, for at most
 * that long in all (CPython's wait_for). Results as above.
 */
THRUM_API int thrum_condition_await(struct thrum_condition *condition, bool (*predicate)(void *argument),
                                    void *argument, int64_t nanoseconds);

/* Wakes the oldest waiter; the `count` oldest; all. 0. */
THRUM_API int thrum_condition_notify(struct thrum_condition *condition);
THRUM_API int thrum_condition_notify_many(struct thrum_condition *condition, uint32_t count);
THRUM_API int thrum_condition_notify_all(struct thrum_condition *condition);

THRUM_END_DECLARATIONS

#endif
