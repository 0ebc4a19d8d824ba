/* SPDX-License-Identifier: MIT */
/*
 * Futures: results to come (CPython's concurrent.futures.Future), from a pool, an I/O worker, or set by hand.
 *
 * What was done before a future is completed happens before the return of its waits and before its callbacks.
 */
#ifndef THRUM_FUTURE_H
#define THRUM_FUTURE_H

#include <thrum/base.h>
#include <thrum/error.h>

THRUM_BEGIN_DECLARATIONS

struct thrum_future;

/* Makes a future that thrum_future_set_result() or set_error() will complete. 0; ENOMEM. */
THRUM_API int thrum_future_create(struct thrum_future **future, const char *name);

/* Gives the handle up; what would complete the future goes on. An error that nobody asked for is printed. 0. */
THRUM_API int thrum_future_destroy(struct thrum_future *future);

/* Waits until it is completed, in any way. 0; EINTR. A cancellation point where it blocks. */
THRUM_API int thrum_future_wait(struct thrum_future *future);

/* The same for at most that long. Also ETIMEDOUT; EINVAL: bad timeout. */
THRUM_API int thrum_future_wait_for(struct thrum_future *future, int64_t nanoseconds);
THRUM_API int thrum_future_wait_until(struct thrum_future *future, const struct timespec *deadline);

/*
 * Waits at most that long and gets the result. 0 and *result (may be NULL); the code of its error, where it failed
 * (thrum_future_error() says more, and tells such a code from the following); ECANCELED: it was cancelled; ETIMEDOUT;
 * EINTR; EINVAL: bad timeout.
 */
THRUM_API int thrum_future_result(struct thrum_future *future, void **result, int64_t nanoseconds);

/* Its error; NULL: it isn't completed, or didn't fail. It lives as long as the handle. */
THRUM_API const struct thrum_error *thrum_future_error(struct thrum_future *future);

/* Cancels what hasn't started. 0, also where it was cancelled before; EBUSY: it runs; EALREADY: it is completed. */
THRUM_API int thrum_future_cancel(struct thrum_future *future);

/* At this instant: whether it was cancelled; runs; is completed, which cancelled ones are. */
THRUM_API bool thrum_future_is_cancelled(struct thrum_future *future);
THRUM_API bool thrum_future_is_running(struct thrum_future *future);
THRUM_API bool thrum_future_is_done(struct thrum_future *future);

/* Calls callback(future, argument) once it is completed: in the thread that completes or cancels it, in the order of
 * adding; at once, in the caller, where it is completed already. 0; ENOMEM. */
THRUM_API int thrum_future_on_done(struct thrum_future *future,
                                   void (*callback)(struct thrum_future *future, void *argument), void *argument);

/* Says that a future made by hand is being worked on, so that it can't be cancelled any more. 0; ECANCELED: it was
 * cancelled; EALREADY: it runs or is completed. */
THRUM_API int thrum_future_set_running(struct thrum_future *future);

/* Completes it. 0; ECANCELED: it was cancelled; EALREADY: it is completed. */
THRUM_API int thrum_future_set_result(struct thrum_future *future, void *result);
THRUM_API int thrum_future_set_error(struct thrum_future *future, const struct thrum_error *error);

THRUM_END_DECLARATIONS

#endif
