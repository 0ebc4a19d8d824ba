/* SPDX-License-Identifier: MIT */
/* Signal handlers, and signals sent. */
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>

#include "conform.h"

/* Names that are there, and in no header for everybody. */
sighandler_t bsd_signal(int number, sighandler_t handler);
sighandler_t sysv_signal(int number, sighandler_t handler);
int __sigaction(int signal, const struct sigaction *action, struct sigaction *old);

static volatile int calls, value, code, sender, depth, deepest, blocked_inside, on_stack, context_given;
static char *signal_stack;
enum { SIGNAL_STACK = 65536 };

static void plain(int signal)
{
    sigset_t mask;

    calls++;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    blocked_inside = sigismember(&mask, signal) + 2 * sigismember(&mask, SIGUSR2);
}

static void informed(int signal, siginfo_t *info, void *context)
{
    char here;

    calls++;
    value = info->si_value.sival_int;
    code = info->si_code;
    sender = info->si_pid == getpid();
    context_given = info->si_signo == signal && ((ucontext_t *)context)->uc_sigmask.__val[0] == 0;
    on_stack = &here >= signal_stack && &here < signal_stack + SIGNAL_STACK;
}

static void nests(int signal)
{
    if (++depth > deepest)
        deepest = depth;
    if (depth < 4)
        raise(signal);
    depth--;
}

static void another(int signal)
{
    (void)signal;
    calls += 10;
}

/* --- what is set is what is read back --- */

static void read_back(void)
{
    struct sigaction action = {.sa_handler = plain, .sa_flags = SA_RESTART}, old;

    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGUSR2);
    expect_errno("sigaction", sigaction(SIGUSR1, &action, &old), 0);
    expect_number("sigaction: was the default", old.sa_handler == SIG_DFL, 1);
    expect_errno("sigaction: asked", sigaction(SIGUSR1, NULL, &old), 0);
    expect_number("sigaction: the handler", old.sa_handler == plain, 1);
    expect_number("sigaction: the flags", old.sa_flags & ~0x04000000, SA_RESTART);
    expect_number("sigaction: the mask", sigismember(&old.sa_mask, SIGUSR2), 1);
    action.sa_sigaction = informed;
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    sigaction(SIGUSR1, &action, &old);
    sigaction(SIGUSR1, NULL, &old);
    expect_number("sigaction: the handler with three arguments", old.sa_sigaction == informed, 1);
    expect_number("signal: gives the last", signal(SIGUSR1, plain) == (sighandler_t)(void (*)(void))informed, 1);
    expect_number("signal: gives the last", signal(SIGUSR1, SIG_IGN) == plain, 1);
    expect_number("signal: gives the last", signal(SIGUSR1, another) == SIG_IGN, 1);
    expect_number("signal: none such", signal(77, plain) == SIG_ERR ? errno : 0, EINVAL);
    expect_errno("sigaction: of SIGKILL", sigaction(SIGKILL, &action, NULL), EINVAL);
    expect_errno("sigaction: of libc's own", sigaction(32, &action, NULL), EINVAL);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    expect_errno("siginterrupt", siginterrupt(SIGUSR1, 1), 0);
    sigaction(SIGUSR1, NULL, &old);
    expect_number("siginterrupt: still the handler", old.sa_handler == another, 1);
    expect_number("sigset", sigset(SIGUSR1, plain) == another, 1);
    expect_number("sigset: hold", sigset(SIGUSR1, SIG_HOLD) == plain, 1);
    expect_number("sigset: held", sigset(SIGUSR1, SIG_DFL) == SIG_HOLD, 1);
#pragma GCC diagnostic pop
    expect_number("ssignal", ssignal(SIGUSR1, plain) == SIG_DFL, 1);
    expect_number("bsd_signal", bsd_signal(SIGUSR1, another) == plain, 1);
    expect_errno("__sigaction", __sigaction(SIGUSR1, NULL, &old), 0);
    expect_number("__sigaction: the handler", old.sa_handler == another, 1);
    action.sa_handler = plain;
    expect_errno("__sigaction", __sigaction(SIGUSR1, &action, &old), 0);
    expect_number("sysv_signal", sysv_signal(SIGUSR1, another) == plain, 1);
    expect_number("__sysv_signal", __sysv_signal(SIGUSR1, another) == another, 1);
    raise(SIGUSR1);
    sigaction(SIGUSR1, NULL, &old);
    expect_number("__sysv_signal: reset", old.sa_handler == SIG_DFL, 1);
}

static void masks(void)
{
    sigset_t usr1, before, now;

    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    expect("pthread_sigmask", pthread_sigmask(SIG_BLOCK, &usr1, &before), 0);
    expect("pthread_sigmask: asked", pthread_sigmask(SIG_UNBLOCK, NULL, &now), 0);
    expect_number("pthread_sigmask: blocked", sigismember(&now, SIGUSR1) - sigismember(&before, SIGUSR1), 1);
    expect("pthread_sigmask: no such thing to do", pthread_sigmask(77, &usr1, NULL), EINVAL);
    expect_errno("sigprocmask", sigprocmask(SIG_UNBLOCK, &usr1, &now), 0);
    expect_number("sigprocmask: it was blocked", sigismember(&now, SIGUSR1), 1);
    expect_errno("sigprocmask: no such thing to do", sigprocmask(77, &usr1, NULL), EINVAL);
    expect_errno("sigprocmask: restored", sigprocmask(SIG_SETMASK, &before, &now), 0);
    expect_number("sigprocmask: it wasn't", sigismember(&now, SIGUSR1), 0);
}

/* --- what happens --- */

static void delivery(void)
{
    struct sigaction action = {.sa_handler = plain}, old;
    union sigval sent = {.sival_int = 4711};
    stack_t stack = {.ss_sp = signal_stack, .ss_size = SIGNAL_STACK}, none = {.ss_flags = SS_DISABLE};

    sigaddset(&action.sa_mask, SIGUSR2);
    calls = 0;
    sigaction(SIGUSR1, &action, NULL);
    expect("raise", raise(SIGUSR1), 0);
    expect_errno("kill", kill(getpid(), SIGUSR1), 0);
    expect("pthread_kill", pthread_kill(pthread_self(), SIGUSR1), 0);
    expect_errno("tgkill", tgkill(getpid(), gettid(), SIGUSR1), 0);
    expect_errno("syscall: tgkill", syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1), 0);
    expect("gsignal", gsignal(SIGUSR1), 0);
    expect_number("handler: calls", calls, 6);
    expect_number("handler: its mask", blocked_inside, 3);
    sigaltstack(&stack, NULL);
    action = (struct sigaction){.sa_sigaction = informed, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND};
    sigaction(SIGRTMIN, &action, NULL);
    expect_errno("sigqueue", sigqueue(getpid(), SIGRTMIN, sent), 0);
    expect_number("sigqueue: value", value, 4711);
    expect_number("sigqueue: code", code, SI_QUEUE);
    expect_number("sigqueue: sender", sender, 1);
    expect_number("SA_SIGINFO: information and context", context_given, 1);
    expect_number("SA_ONSTACK: on that stack", on_stack, 1);
    sigaction(SIGRTMIN, NULL, &old);
    expect_number("SA_RESETHAND: reset", old.sa_handler == SIG_DFL, 1);
    sigaction(SIGRTMIN, &action, NULL);
    sent.sival_int = 42;
    expect("pthread_sigqueue", pthread_sigqueue(pthread_self(), SIGRTMIN, sent), 0);
    expect_number("pthread_sigqueue: value", value, 42);
    sigaltstack(&none, NULL);
    action = (struct sigaction){.sa_handler = nests, .sa_flags = SA_NODEFER};
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    expect_number("SA_NODEFER: nested", deepest, 4);
    expect_number("SA_NODEFER: all returned", depth, 0);
}

static void errors(void)
{
    union sigval none = {0};

    expect("raise: none such", raise(77) == 0 ? 0 : errno, EINVAL);
    expect_errno("kill: none such", kill(getpid(), 77), EINVAL);
    expect_errno("kill: 0", kill(getpid(), 0), 0);
    expect_errno("kill: nobody", kill(1 << 30, SIGUSR1), ESRCH);
    expect_errno("killpg: none such", killpg(getpgrp(), 77), EINVAL);
    expect_errno("killpg: nobody", killpg(1 << 30, SIGUSR1), ESRCH);
    expect_errno("sigqueue: none such", sigqueue(getpid(), 77, none), EINVAL);
    expect_errno("sigqueue: nobody", sigqueue(1 << 30, SIGUSR1, none), ESRCH);
    expect_errno("tgkill: nobody", tgkill(getpid(), 1 << 30, SIGUSR1), ESRCH);
    expect("pthread_kill: none such", pthread_kill(pthread_self(), 77), EINVAL);
    expect("pthread_kill: 0", pthread_kill(pthread_self(), 0), 0);
    expect("pthread_sigqueue: none such", pthread_sigqueue(pthread_self(), 77, none), EINVAL);
}

/* --- handlers in children --- */

static int resets(void *unused)
{
    (void)unused;
    signal(SIGUSR1, SIG_DFL);
    raise(SIGUSR1);
    return 1;
}

static int inherits(void *unused)
{
    (void)unused;
    calls = 0;
    raise(SIGUSR1);
    return calls;
}

static void children(void)
{
    struct sigaction old;
    pid_t child;

    signal(SIGUSR1, another);
    expect_number("a child has its parent's handler", in_child(inherits, NULL), 10);
    expect_number("a child resets it", in_child(resets, NULL), 128 + SIGUSR1);
    child = vfork();
    if (child == 0) {
        signal(SIGUSR1, SIG_DFL);
        raise(SIGUSR1);
        _exit(1);
    }
    expect_number("a vfork child resets it", status_of(child), 128 + SIGUSR1);
    sigaction(SIGUSR1, NULL, &old);
    expect_number("its parent has it still", old.sa_handler == another, 1);
    signal(SIGUSR1, SIG_DFL);
}

/* --- with other threads: whoever changes an action meanwhile, a handler that is set is called --- */

static _Atomic int strange;
static atomic_bool over;

static void one(int signal)
{
    strange += signal != SIGUSR2;
}

static void two(int signal)
{
    strange += signal != SIGUSR2;
}

static void *flips(void *unused)
{
    struct sigaction old;

    for (int i = 0; !over; i++) {
        struct sigaction action = {.sa_handler = i % 2 ? one : two};

        sigaction(SIGUSR2, &action, &old);
        strange += old.sa_handler != (i % 2 ? two : one);
    }
    return unused;
}

static void races(void)
{
    pthread_t thread;

    signal(SIGUSR2, one);
    thread = start(flips, NULL);
    for (int i = 0; i < 20000; i++)
        raise(SIGUSR2);
    over = true;
    finish(thread);
    expect_number("handlers that change: strange events", strange, 0);
    signal(SIGUSR2, SIG_DFL);
}

void conform_signal(void)
{
    signal_stack = mmap(NULL, SIGNAL_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    read_back();
    masks();
    delivery();
    errors();
    children();
    races();
}
