/* SPDX-License-Identifier: MIT */
/*
 * A signal router: one thread receives chosen signals and hands them to handlers in normal thread context, where they
 * may lock, allocate and print.
 *
 *     thrum_router_create(&router, "signals");          first of all, before there are other threads
 *     thrum_router_add(router, SIGTERM, stop, server);
 *     thrum_router_add(router, SIGHUP, reload, server);
 *
 * A routed signal must be blocked in every thread, or one of those may get it instead of the router. Adding it blocks
 * it in the calling thread, and threads inherit that; so add signals before other threads are started. Signals sent
 * to one thread (pthread_kill, faults) can't be routed. Programs that are executed inherit the blocked signals, too:
 * unblock them before, with pthread_sigmask().
 */
#ifndef THRUM_SIGNALS_H
#define THRUM_SIGNALS_H

#include <sys/types.h>
#include <thrum/base.h>

THRUM_BEGIN_DECLARATIONS

struct thrum_router;

/* What is known of a signal that has arrived. */
struct thrum_signal {
    int signal;
    int code;  /* as si_code of siginfo_t */
    pid_t pid; /* who sent it */
    uid_t uid;
    int value; /* sigqueue's */
};

/* Handlers must return: thrum_exit() in one ends the router's thread, and nothing is routed any more. */
typedef void thrum_signal_handler(const struct thrum_signal *signal, void *argument);

/* Makes a router and its thread, a daemon. `name` may be NULL. 0; EAGAIN; ENOMEM; EMFILE. */
THRUM_API int thrum_router_create(struct thrum_router **router, const char *name);

/* Ends it. What it blocked in the calling thread is unblocked there; a signal that arrived until then but wasn't
 * handed on takes its action now. 0; EDEADLK: called by a handler. Not interrupted. */
THRUM_API int thrum_router_destroy(struct thrum_router *router);

/* Routes a signal, or changes its handler. 0; EINVAL: no such signal, or none that can be blocked. */
THRUM_API int thrum_router_add(struct thrum_router *router, int signum, thrum_signal_handler *handler, void *argument);

/* Stops routing a signal; it stays blocked. When this returns its handler doesn't run and won't, unless a handler
 * calls this. Not interrupted. 0; ENOENT: it isn't routed. */
THRUM_API int thrum_router_remove(struct thrum_router *router, int signum);

/* A handler: makes an interrupt of the main thread pending, as thrum_interrupt_handler() does. */
THRUM_API void thrum_router_interrupt_main(const struct thrum_signal *signal, void *unused);

THRUM_END_DECLARATIONS

#endif
