/* SPDX-License-Identifier: MIT */
/*
 * Watchdogs: unless cancelled or fed in time, they interrupt the main thread, or call a function.
 *
 *     thrum_interrupt_install(SIGINT);
 *     thrum_watchdog_create(&watchdog, NULL, NULL, "patience");
 *     thrum_watchdog_start(watchdog, THRUM_SECONDS(5));
 *     result = thrum_queue_get(&queue, &item);          EINTR after five seconds
 *     thrum_watchdog_cancel(watchdog);
 *
 * One never fires after a cancel that returned. Each has a thread of its own, so one whose function takes long keeps
 * no other waiting. It fires once for each start. A forked child has no watchdogs.
 */
#ifndef THRUM_WATCHDOG_H
#define THRUM_WATCHDOG_H

#include <thrum/base.h>

THRUM_BEGIN_DECLARATIONS

struct thrum_watchdog;

/* Makes a watchdog that isn't started. When it fires it calls action(argument) in its own thread; NULL: it does
 * thrum_interrupt_main(SIGINT). An action that doesn't return (thrum_exit()) ends the watchdog's thread: it won't
 * fire again. `name` may be NULL. 0; EAGAIN; ENOMEM. */
THRUM_API int thrum_watchdog_create(struct thrum_watchdog **watchdog, void (*action)(void *argument), void *argument,
                                    const char *name);

/* Cancels and ends it. 0; EDEADLK: called by its own action. Not interrupted. */
THRUM_API int thrum_watchdog_destroy(struct thrum_watchdog *watchdog);

/* Starts it, or starts it anew: it fires that long from now. 0; EINVAL: negative time. */
THRUM_API int thrum_watchdog_start(struct thrum_watchdog *watchdog, int64_t nanoseconds);

/* Gives it its whole time again. 0; EALREADY: it has fired; EINVAL: it isn't started. */
THRUM_API int thrum_watchdog_feed(struct thrum_watchdog *watchdog);

/* Stops it. 0: it hasn't fired and won't, or wasn't started; EALREADY: it has fired, and its action is over, unless it
 * is the action that asks. It waits for an action that is under way, uninterrupted. */
THRUM_API int thrum_watchdog_cancel(struct thrum_watchdog *watchdog);

/* Whether it has fired since it was started. */
THRUM_API bool thrum_watchdog_fired(struct thrum_watchdog *watchdog);

THRUM_END_DECLARATIONS

#endif
