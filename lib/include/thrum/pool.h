/* SPDX-License-Identifier: MIT */
/*
 * Pools of threads that run functions one after the other (CPython's concurrent.futures.ThreadPoolExecutor).
 *
 *     thrum_pool_create(&pool, 4, 0, "millers");
 *     thrum_pool_submit(pool, grind, &mill, &future);
 *     ...
 *     thrum_future_result(future, &flour, THRUM_FOREVER);
 *     thrum_future_destroy(future);
 *     thrum_pool_destroy(pool);
 *
 * Functions start in the order of submission. One that ends its thread (thrum_exit(), cancellation) fails with
 * ECANCELED, and another worker takes its place. At exit a pool that is still open is shut down and waited for, unless
 * an interrupt ends that. A forked child has none of the workers.
 */
#ifndef THRUM_POOL_H
#define THRUM_POOL_H

#include <thrum/base.h>
#include <thrum/future.h>
#include <thrum/thread.h>

THRUM_BEGIN_DECLARATIONS

struct thrum_pool;

/* Makes a pool of so many workers; at most `limit` functions wait to be run, 0: any number. `name` may be NULL; the
 * workers are NAME-1, NAME-2 ... 0; EINVAL: no workers; EAGAIN; ENOMEM. */
THRUM_API int thrum_pool_create(struct thrum_pool **pool, unsigned workers, size_t limit, const char *name);

/* Shuts it down, waits for all that was submitted, and ends it. 0; EDEADLK: the caller is one of its workers. Not
 * interrupted. */
THRUM_API int thrum_pool_destroy(struct thrum_pool *pool);

/*
 * Has function(argument) run, waiting while as many as may wait do. 0 and, unless `future` is NULL, a handle to its
 * result, which must be destroyed; without, its error is printed. ESHUTDOWN; ENOMEM; EINTR. A cancellation point where
 * it blocks.
 */
THRUM_API int thrum_pool_submit(struct thrum_pool *pool, thrum_function *function, void *argument,
                                struct thrum_future **future);

/* The same without blocking. Also EAGAIN. */
THRUM_API int thrum_pool_try_submit(struct thrum_pool *pool, thrum_function *function, void *argument,
                                    struct thrum_future **future);

/*
 * Has the function run on each of `count` arguments, and waits, at most that long in all. 0 and the results in order
 * (`results` may be NULL); else the first error in order of the arguments; what hasn't started then is cancelled, and
 * what has is waited for. Also ETIMEDOUT, EINTR, ESHUTDOWN, ENOMEM; EINVAL: bad timeout.
 */
THRUM_API int thrum_pool_map(struct thrum_pool *pool, thrum_function *function, void *const arguments[], size_t count,
                             void *results[], int64_t nanoseconds);

/* Takes no more functions: submit returns ESHUTDOWN. With `cancel`, those that haven't started are cancelled. 0. */
THRUM_API int thrum_pool_shutdown(struct thrum_pool *pool, bool cancel);

/* After shutdown: waits until all that was submitted has run and the workers are gone. 0; EINTR; ETIMEDOUT; EDEADLK;
 * EINVAL: it isn't shut down, or bad timeout. A cancellation point. */
THRUM_API int thrum_pool_wait(struct thrum_pool *pool, int64_t nanoseconds);

/* At this instant: how many functions wait to be run; a cancelled one counts until its turn comes. */
THRUM_API size_t thrum_pool_waiting(struct thrum_pool *pool);

THRUM_END_DECLARATIONS

#endif
