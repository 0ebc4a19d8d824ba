/* SPDX-License-Identifier: MIT */
/*
 * Barriers (CPython's threading.Barrier): a fixed number of threads wait for each other, again and again.
 *
 * A barrier that is aborted, or at which a wait ran out of time, is broken: every wait returns ENOTRECOVERABLE until
 * it is reset. What each thread did before its wait happens before the return of all of them. A barrier may be
 * destroyed as soon as its waits have returned, by any of the threads.
 */
#ifndef THRUM_BARRIER_H
#define THRUM_BARRIER_H

#include <thrum/base.h>

THRUM_BEGIN_DECLARATIONS

/* What the last to arrive does before all go on. 0; or an errno value, which breaks the barrier. */
typedef int thrum_barrier_action(void *argument);

struct thrum_barrier {
    struct thrum_object object;
    struct thrum_guard guard;
    struct thrum_waiters waiters;
    uint32_t parties;
    bool broken;
    thrum_barrier_action *action;
    void *argument;
};
#define THRUM_BARRIER_INIT(parties) THRUM_BARRIER_INIT_NAMED(parties, NULL)
#define THRUM_BARRIER_INIT_NAMED(parties, name) \
    { THRUM_OBJECT_INIT(name), THRUM_GUARD_INIT, THRUM_WAITERS_INIT, parties, false, NULL, NULL }

/* Makes a barrier for so many threads, in `*barrier` or on the heap. `action` may be NULL. 0; EINVAL: no parties;
 * ENOMEM. */
THRUM_API int thrum_barrier_init(struct thrum_barrier *barrier, uint32_t parties, thrum_barrier_action *action,
                                 void *argument, const char *name);
THRUM_API int thrum_barrier_create(struct thrum_barrier **barrier, uint32_t parties, thrum_barrier_action *action,
                                   void *argument, const char *name);

/* Ends it. 0; EBUSY: a thread waits, and it lives on. */
THRUM_API int thrum_barrier_destroy(struct thrum_barrier *barrier);

/*
 * Waits until as many threads as there are parties do. 0, and in *index (may be NULL) a different number for each,
 * from 0 to parties - 1, which is the last to arrive; ENOTRECOVERABLE: the barrier is or was broken, or was reset;
 * EINTR: the caller has left, the others wait on. The last to arrive returns what the action did. Not a cancellation
 * point, but the action may be left by cancellation or thrum_exit(): that breaks the barrier.
 */
THRUM_API int thrum_barrier_wait(struct thrum_barrier *barrier, uint32_t *index);

/* The same for at most that long. Also ETIMEDOUT: the barrier is broken now; EINVAL: bad timeout. */
THRUM_API int thrum_barrier_wait_for(struct thrum_barrier *barrier, uint32_t *index, int64_t nanoseconds);
THRUM_API int thrum_barrier_wait_until(struct thrum_barrier *barrier, uint32_t *index, const struct timespec *deadline);

/* Breaks it: those who wait and all who come return ENOTRECOVERABLE. 0. */
THRUM_API int thrum_barrier_abort(struct thrum_barrier *barrier);

/* Makes it whole and empty: those who wait return ENOTRECOVERABLE. 0. */
THRUM_API int thrum_barrier_reset(struct thrum_barrier *barrier);

/* At this instant: how many wait; whether it is broken. */
THRUM_API uint32_t thrum_barrier_waiting(struct thrum_barrier *barrier);
THRUM_API bool thrum_barrier_broken(struct thrum_barrier *barrier);

THRUM_END_DECLARATIONS

#endif
