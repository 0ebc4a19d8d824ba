/* SPDX-License-Identifier: MIT */
/* Signals and cancellations sent: to a thread, a process, or several. All but pthread_cancel are async-signal-safe. */
#include "interpose/interpose.h"

/* Signal 0 only asks whether the target is there. */
static void tell_thread(int signal, pthread_t thread, const void *site)
{
    if (signal != 0 && probe_on())
        probe_interrupt_send(THRUM_means_signal, signal, self_pid(), (uint64_t)thread, site);
}

/* `process` as kill() takes it: 0 is the caller's process group, -1 all processes, less than that another group. */
static void tell_process(int signal, pid_t process, const void *site)
{
    if (signal != 0 && probe_on())
        probe_interrupt_send(THRUM_means_signal, signal, process, 0, site);
}

INTERPOSE int pthread_cancel(pthread_t thread)
{
    if (probe_on())
        probe_interrupt_send(THRUM_means_cancel, 0, self_pid(), (uint64_t)thread, SITE);
    return REAL(pthread_cancel)(thread);
}

OLD(pthread_kill, VERSION_FIRST)
INTERPOSE int pthread_kill(pthread_t thread, int signal)
{
    tell_thread(signal, thread, SITE);
    return OLD_REAL(pthread_kill)(thread, signal);
}

INTERPOSE int pthread_sigqueue(pthread_t thread, int signal, const union sigval value)
{
    tell_thread(signal, thread, SITE);
    return REAL(pthread_sigqueue)(thread, signal, value);
}

INTERPOSE int raise(int signal)
{
    tell_thread(signal, pthread_self(), SITE);
    return REAL(raise)(signal);
}

INTERPOSE int gsignal(int signal)
{
    tell_thread(signal, pthread_self(), SITE);
    return REAL(gsignal)(signal);
}

INTERPOSE int tgkill(pid_t process, pid_t thread, int signal)
{
    if (signal != 0 && probe_on())
        probe_interrupt_send_tid(signal, process, thread, SITE);
    return REAL(tgkill)(process, thread, signal);
}

INTERPOSE int kill(pid_t process, int signal)
{
    tell_process(signal, process, SITE);
    return REAL(kill)(process, signal);
}

INTERPOSE int killpg(pid_t group, int signal)
{
    tell_process(signal, -group, SITE);
    return REAL(killpg)(group, signal);
}

INTERPOSE int sigqueue(pid_t process, int signal, const union sigval value)
{
    tell_process(signal, process, SITE);
    return REAL(sigqueue)(process, signal, value);
}
