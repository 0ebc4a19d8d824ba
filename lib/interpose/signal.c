/* SPDX-License-Identifier: MIT */
/* sigaction(), signal() and their kin: what a signal does. The program reads back what it set. */
#include "interpose/handler.h"
#include "interpose/interpose.h"

/* LTTng-UST's own handlers, and those of a program that nobody traces, go to the kernel as they are. */
static sighandler_t wrap(sighandler_t handler)
{
    return probe_on() ? (sighandler_t)handler_stub((void *)handler) : handler;
}

static sighandler_t unwrap(sighandler_t handler)
{
    return (sighandler_t)handler_of_stub((void *)handler);
}

static void tell_handler(int signal, sighandler_t handler)
{
    if (probe_on())
        probe_handler(signal, handler != SIG_DFL && handler != SIG_IGN && handler != SIG_ERR && handler != SIG_HOLD);
}

static int set_action(__typeof__(sigaction) *set, int signal, const struct sigaction *action, struct sigaction *old)
{
    struct sigaction given;
    int result;

    if (action) {
        given = *action;
        given.sa_handler = wrap(given.sa_handler);
    }
    result = set(signal, action ? &given : NULL, old);
    if (result == 0 && action)
        tell_handler(signal, action->sa_handler);
    if (result == 0 && old)
        old->sa_handler = unwrap(old->sa_handler);
    return result;
}

INTERPOSE int sigaction(int signal, const struct sigaction *restrict action, struct sigaction *restrict old)
{
    return set_action(REAL(sigaction), signal, action, old);
}

INTERPOSE int __sigaction(int signal, const struct sigaction *restrict action, struct sigaction *restrict old)
{
    return set_action(REAL(__sigaction), signal, action, old);
}

/* signal() by its several names, which differ in flags and mask. */
#define SIGNAL(name)                                          \
    INTERPOSE sighandler_t name(int number, sighandler_t handler) \
    {                                                         \
        tell_handler(number, handler);                        \
        return unwrap(REAL(name)(number, wrap(handler)));     \
    }
SIGNAL(signal)
SIGNAL(bsd_signal)
SIGNAL(ssignal)
SIGNAL(sysv_signal)
SIGNAL(__sysv_signal)
SIGNAL(sigset)

/* What a thread holds meanwhile is exposed to the handlers of signals that may come now. */
#define MASK(name)                                                             \
    INTERPOSE int name(int how, const sigset_t *restrict set, sigset_t *restrict old) \
    {                                                                          \
        int result = REAL(name)(how, set, old);                                \
                                                                               \
        if (result == 0 && set && how != SIG_BLOCK && probe_on())              \
            probe_unblocks();                                                  \
        return result;                                                         \
    }
MASK(pthread_sigmask)
MASK(sigprocmask)
