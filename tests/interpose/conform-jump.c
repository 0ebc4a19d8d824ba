/* SPDX-License-Identifier: MIT */
/* Waiting for signals, and leaving handlers otherwise than by return. */
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "conform.h"

static sigjmp_buf back;
static jmp_buf plain_back;
static volatile int handled, jumps;

static void on_signal(int signal)
{
    handled = signal;
}

static void jumps_back(int signal)
{
    siglongjmp(back, signal);
}

/* What siglongjmp() is called in a program built with _FORTIFY_SOURCE. */
void __longjmp_chk(struct __jmp_buf_tag to[1], int value) __attribute__((noreturn));

static void jumps_checked(int signal)
{
    __longjmp_chk(back, signal);
}

static void jumps_old(int signal)
{
    _longjmp(plain_back, signal);
}

static void jumps_without_mask(int signal)
{
    longjmp(plain_back, signal);
}

static bool is_blocked(int signal)
{
    sigset_t mask;

    sigprocmask(SIG_BLOCK, NULL, &mask);
    return sigismember(&mask, signal);
}

static void unblock(int signal)
{
    sigset_t one;

    sigemptyset(&one);
    sigaddset(&one, signal);
    sigprocmask(SIG_UNBLOCK, &one, NULL);
}

static void set(int signal, sighandler_t handler, int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

    sigaction(signal, &action, NULL);
}

/* --- waiting --- */

struct target {
    pthread_t thread;
    pid_t tid;
    int signal;
};

static void *sends(void *data)
{
    const struct target *target = data;

    await_asleep(target->tid);
    pthread_kill(target->thread, target->signal);
    return NULL;
}

static void with_sender(int signal, int (*wait)(const sigset_t *), const sigset_t *set_, const char *what, int wanted)
{
    struct target self = {pthread_self(), gettid(), signal};
    pthread_t thread = start(sends, &self);

    expect(what, wait(set_) == -1 ? errno : 0, wanted);
    finish(thread);
}

static int pauses(const sigset_t *unused)
{
    (void)unused;
    return pause();
}

static int takes(const sigset_t *wanted)
{
    int signal = 0, result = sigwait(wanted, &signal);

    handled = signal;
    errno = result;
    return result ? -1 : 0;
}

static int takes_information(const sigset_t *wanted)
{
    siginfo_t info;
    int signal = sigwaitinfo(wanted, &info);

    handled = signal > 0 && info.si_signo == signal && info.si_pid == getpid() ? signal : 0;
    return signal;
}

static int takes_in_time(const sigset_t *wanted)
{
    return handled = sigtimedwait(wanted, NULL, &(struct timespec){.tv_sec = 100});
}

static int xpg_pauses(const sigset_t *unused)
{
    (void)unused;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    return sigpause(SIGUSR1);
#pragma GCC diagnostic pop
}

void conform_sigwait(void)
{
    sigset_t one, none, none_at_all;

    sigemptyset(&one);
    sigaddset(&one, SIGUSR1);
    sigemptyset(&none), sigemptyset(&none_at_all);
    set(SIGUSR1, on_signal, SA_RESTART);
    with_sender(SIGUSR1, pauses, NULL, "pause", EINTR);
    expect_number("pause: handled", handled, SIGUSR1);
    sigprocmask(SIG_BLOCK, &one, NULL);
    handled = 0;
    with_sender(SIGUSR1, sigsuspend, &none, "sigsuspend", EINTR);
    expect_number("sigsuspend: handled", handled, SIGUSR1);
    expect_number("sigsuspend: the mask is back", is_blocked(SIGUSR1), 1);
    handled = 0;
    with_sender(SIGUSR1, xpg_pauses, NULL, "__xpg_sigpause", EINTR);
    expect_number("__xpg_sigpause: handled", handled, SIGUSR1);
    handled = 0;
    with_sender(SIGUSR1, takes, &one, "sigwait", 0);
    expect_number("sigwait: taken", handled, SIGUSR1);
    with_sender(SIGUSR1, takes_information, &one, "sigwaitinfo", 0);
    expect_number("sigwaitinfo: taken", handled, SIGUSR1);
    with_sender(SIGUSR1, takes_in_time, &one, "sigtimedwait", 0);
    expect_number("sigtimedwait: taken", handled, SIGUSR1);
    raise(SIGUSR1);
    expect("sigwait: pending", takes(&one) == -1 ? errno : 0, 0);
    expect_errno("sigtimedwait: none comes", sigtimedwait(&one, NULL, &(struct timespec){.tv_nsec = 1000}), EAGAIN);
    expect_errno("sigtimedwait: no time", sigtimedwait(&one, NULL, &invalid), EINVAL);
    set(SIGUSR2, on_signal, 0);
    with_sender(SIGUSR2, takes_information, &one, "sigwaitinfo: another comes", EINTR);
    sigprocmask(SIG_UNBLOCK, &one, NULL);
}

/* --- jumping --- */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/* Again and again, wherever it hits; what was jumped out of is found whole. */
static void many_jumps(const char *what, int flags)
{
    static const struct itimerspec once = {.it_value = {.tv_nsec = 100000}};
    /* Sent to this thread: no other may jump here. */
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM};
    pthread_mutex_t own;
    timer_t timer;

    event._sigev_un._tid = gettid();
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0)
        abort();
    jumps = -1;
    set(SIGALRM, jumps_back, flags);
    sigsetjmp(back, 1);
    /* Armed again after each landing: siglongjmp() unblocks the signal before it leaves the stack, and one that comes then nests. */
    if (++jumps < 300)
        timer_settime(timer, 0, &once, NULL);
    while (jumps < 300) {
        pthread_mutex_init(&own, NULL);
        pthread_mutex_trylock(&own);
        pthread_mutex_unlock(&own);
    }
    timer_delete(timer);
    expect_number(what, jumps, 300);
    expect_number("jumps: the signal isn't blocked", is_blocked(SIGALRM), 0);
}

static void on_signal_stack(void)
{
    stack_t stack = {.ss_sp = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), .ss_size = 65536};
    stack_t none = {.ss_flags = SS_DISABLE};

    sigaltstack(&stack, NULL);
    many_jumps("jumps from a signal stack", SA_ONSTACK);
    sigaltstack(&none, NULL);
}

static void jump_out_of_wait(void)
{
    struct target self = {pthread_self(), gettid(), SIGUSR1};
    sem_t semaphore;
    pthread_t thread;

    sem_init(&semaphore, 0, 0);
    set(SIGUSR1, jumps_back, 0);
    int signal = sigsetjmp(back, 1);
    if (signal == 0) {
        thread = start(sends, &self);
        pthread_detach(thread);
        sem_wait(&semaphore);
    }
    expect_number("siglongjmp: out of a wait", signal, SIGUSR1);
    expect_number("siglongjmp: the signal isn't blocked", is_blocked(SIGUSR1), 0);
    set(SIGUSR1, jumps_without_mask, 0);
    signal = setjmp(plain_back);
    if (signal == 0)
        raise(SIGUSR1);
    expect_number("longjmp: out of a handler", signal, SIGUSR1);
    expect_number("longjmp: the signal stays blocked", is_blocked(SIGUSR1), 1);
    unblock(SIGUSR1);
    set(SIGUSR1, jumps_old, 0);
    signal = setjmp(plain_back);
    if (signal == 0)
        raise(SIGUSR1);
    expect_number("_longjmp: out of a handler", signal, SIGUSR1);
    unblock(SIGUSR1);
    set(SIGUSR1, jumps_checked, 0);
    signal = sigsetjmp(back, 1);
    if (signal == 0)
        raise(SIGUSR1);
    expect_number("__longjmp_chk: out of a handler", signal, SIGUSR1);
    expect_number("__longjmp_chk: the signal isn't blocked", is_blocked(SIGUSR1), 0);
}

/* --- exiting --- */

static void exits_thread(int signal)
{
    pthread_exit((void *)(long)signal);
}

static void *busy(void *unused)
{
    pthread_mutex_t own;

    reach(1);
    for (;;) {
        pthread_mutex_init(&own, NULL);
        pthread_mutex_lock(&own);
        pthread_mutex_unlock(&own);
    }
    return unused;
}

static void exits_process(int signal)
{
    exit(signal);
}

static int busy_child(void *unused)
{
    struct itimerval soon_ = {{0, 0}, {0, 2000}};

    set(SIGALRM, exits_process, 0);
    setitimer(ITIMER_REAL, &soon_, NULL);
    return busy(unused) != NULL;
}

static void exits(void)
{
    int exited = 0, ended = 0;

    set(SIGUSR1, exits_thread, 0);
    for (int i = 0; i < 100; i++) {
        reach(0);
        pthread_t thread = start(busy, NULL);
        await(1);
        pthread_kill(thread, SIGUSR1);
        exited += finish(thread) == (void *)SIGUSR1;
    }
    expect_number("pthread_exit: in a handler", exited, 100);
    for (int i = 0; i < 10; i++)
        ended += in_child(busy_child, NULL) == SIGALRM;
    expect_number("exit: in a handler", ended, 10);
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
}

void conform_jump(void)
{
    many_jumps("jumps", 0);
    on_signal_stack();
    jump_out_of_wait();
    exits();
}
