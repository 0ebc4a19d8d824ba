/* SPDX-License-Identifier: MIT */
/* The public side of the main thread's interrupts. */
#include "thrum/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "core/annotate.h"
#include "wait.h"

static bool signal_exists(int signum)
{
    return signum > 0 && signum < NSIG;
}

void thrum_interrupt_handler(int signum)
{
    if (signal_exists(signum))
        wait_interrupt(signum);
}

/* What install() installs: it tells of itself, since the preload doesn't see it. */
static void handle(int signum)
{
    /* What it interrupts may be the very call that sent the signal. */
    uint32_t inners = thrum_self.guard & SELF_INNERS;
    thrum_self.guard -= inners;
    bool probed = probe_on() && probe_interrupt_begin(THRUM_means_signal, signum, (const void *)handle);
    wait_interrupt(signum);
    if (probed)
        probe_interrupt_end(THRUM_means_signal, signum);
    thrum_self.guard += inners;
}

int thrum_interrupt_install(int signum)
{
    struct sigaction action = { .sa_handler = handle, .sa_flags = 0 };
    int saved = errno;
    sigemptyset(&action.sa_mask);
    self_inner_enter();
    int result = sigaction(signum, &action, NULL) == 0 ? 0 : errno;
    self_inner_leave();
    errno = saved;
    return result;
}

int thrum_interrupt_main(int signum)
{
    struct sigaction action;
    int saved = errno, result;
    if (!signal_exists(signum) || sigaction(signum, NULL, &action) != 0) {
        errno = saved;
        return EINVAL;
    }
    if (action.sa_handler == SIG_IGN || action.sa_handler == SIG_DFL)
        return 0;
    if (probe_on())
        probe_interrupt_send(THRUM_means_interrupt_main, signum, getpid(), wait_main_handle(),
                             __builtin_return_address(0));
    /* First the signal: the main thread, which the interrupt wakes, finds it there and handles it first. */
    self_inner_enter();
    result = tgkill(getpid(), getpid(), signum) == 0 ? 0 : errno;
    annotate_signals();
    self_inner_leave();
    if (result == 0 && action.sa_handler != handle && action.sa_handler != thrum_interrupt_handler)
        wait_interrupt(signum);
    errno = saved;
    return result;
}

int thrum_interrupt_poll(void)
{
    return wait_in_main() && wait_interrupt_take() ? EINTR : 0;
}

int thrum_interrupt_signal(void)
{
    return wait_interrupt_last();
}

int thrum_interrupt_defer(void)
{
    if (!wait_in_main())
        return EPERM;
    wait_interrupt_defer();
    return 0;
}

int thrum_interrupt_restore(void)
{
    if (!wait_in_main())
        return EPERM;
    return wait_interrupt_undefer() ? 0 : EINVAL;
}

void thrum_interrupt_scope_end(int *scope)
{
    if (*scope == 0)
        wait_interrupt_undefer();
}
