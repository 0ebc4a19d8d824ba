/* SPDX-License-Identifier: MIT */
/* Waiting for a signal: sigwait() and its kin take one, sigsuspend() and pause() wait for a handler to have run. */
#include <sys/syscall.h>

#include "interpose/interpose.h"

/* Which of the signals waited for will come isn't known, so the object is 0. */
static struct begun signal_begun(const void *site)
{
    return (struct begun){.object = NULL, .kind = THRUM_kind_signal, .is_wait = true, .site = site};
}

/* For calls that give -1 and errno. */
#define WAIT_ERRNO(timeout, call)                                      \
    (__extension__({                                                   \
        BEGUN(begun_, signal_begun(SITE));                             \
        int result_ = begun_begin(&begun_, timeout);                   \
        if (result_ == 0) {                                            \
            result_ = call;                                            \
            begun_end(&begun_, result_ < 0 ? errno : 0);               \
        } else {                                                       \
            errno = result_;                                           \
            result_ = -1;                                              \
        }                                                              \
        result_;                                                       \
    }))

INTERPOSE int sigwait(const sigset_t *restrict set, int *restrict signal)
{
    if (!probe_on())
        return REAL(sigwait)(set, signal);
    BEGUN(begun, signal_begun(SITE));
    return BEGUN_BLOCK(&begun, -1, REAL(sigwait)(set, signal));
}

INTERPOSE int sigwaitinfo(const sigset_t *restrict set, siginfo_t *restrict info)
{
    return probe_on() ? WAIT_ERRNO(-1, REAL(sigwaitinfo)(set, info)) : REAL(sigwaitinfo)(set, info);
}

/* The timeout is relative; one that isn't a time is refused by the kernel. */
static int64_t nanoseconds(const struct timespec *timeout)
{
    int64_t total;

    if (!timeout)
        return -1;
    if (__builtin_mul_overflow((int64_t)timeout->tv_sec, 1000000000, &total) || __builtin_add_overflow(total, timeout->tv_nsec, &total))
        return INT64_MAX;
    return total > 0 ? total : 0;
}

INTERPOSE int sigtimedwait(const sigset_t *restrict set, siginfo_t *restrict info, const struct timespec *restrict timeout)
{
    /* A sink's call is no point of cancellation (sink.c). */
    if (thrum_self.guard & SELF_BUSY)
        return (int)REAL(syscall)(SYS_rt_sigtimedwait, set, info, timeout, _NSIG / 8);
    return probe_on() ? WAIT_ERRNO(nanoseconds(timeout), REAL(sigtimedwait)(set, info, timeout))
                      : REAL(sigtimedwait)(set, info, timeout);
}

INTERPOSE int sigsuspend(const sigset_t *mask)
{
    return probe_on() ? WAIT_ERRNO(-1, REAL(sigsuspend)(mask)) : REAL(sigsuspend)(mask);
}

INTERPOSE int pause(void)
{
    return probe_on() ? WAIT_ERRNO(-1, REAL(pause)()) : REAL(pause)();
}

/* X/Open's sigpause(), as <signal.h> calls it. */
INTERPOSE int __xpg_sigpause(int signal)
{
    return probe_on() ? WAIT_ERRNO(-1, REAL(__xpg_sigpause)(signal)) : REAL(__xpg_sigpause)(signal);
}
