/* SPDX-License-Identifier: MIT */
/* Threads, conditions, semaphores, signals, futexes: what waits for another to act. */
#include <fcntl.h>
#include <linux/futex.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "events.h"

/* --- threads --- */

static void *returns(void *value)
{
    return value;
}

static void *exits(void *value)
{
    pthread_exit(value);
}

static void *stays(void *semaphore)
{
    blocks_now();
    DO("acquire_begin:semaphore acquire_end:semaphore", sem_wait(semaphore), 0);
    return NULL;
}

static void *is_cancelled(void *semaphore)
{
    gives("acquire_begin:semaphore acquire_end:semaphore");
    blocks_now();
    sem_wait(semaphore);
    return NULL;
}

static void *names_itself(void *unused)
{
    DO("thread_name", pthread_setname_np(pthread_self(), "one"), 0);
    DO_ERRNO("thread_name", prctl(PR_SET_NAME, "two", 0, 0, 0), 0);
    DO("", pthread_setname_np(pthread_self(), "a name that is too long"), ERANGE);
    return unused;
}

static void joins(sem_t *semaphore)
{
    pthread_t thread = begin(stays, semaphore);

    await_blocked();
    DO("acquire_fail:thread", pthread_tryjoin_np(thread, NULL), EBUSY);
    DO(JOIN, pthread_timedjoin_np(thread, NULL, &past), ETIMEDOUT);
    DO(JOIN, pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &past), ETIMEDOUT);
    DO_ERRNO("release:semaphore", sem_post(semaphore), 0);
    DO(DEATH JOIN, pthread_timedjoin_np(thread, NULL, &never), 0);
    thread = begin(returns, NULL);
    DO(DEATH JOIN, pthread_clockjoin_np(thread, NULL, CLOCK_REALTIME, &never), 0);
    thread = begin(returns, NULL);
    while (pthread_tryjoin_np(thread, NULL) != 0)
        gives("acquire_fail:thread");
    gives(DEATH JOIN);
}

void events_thread(void)
{
    pthread_attr_t attributes;
    pthread_t thread;
    pid_t detached;
    sem_t semaphore;

    DO_ERRNO("object_init:semaphore", sem_init(&semaphore, 0, 0), 0);
    for (int i = 0; i < 5; i++) {
        end(begin(returns, NULL));
        end(begin(exits, NULL));
    }
    end(begin(names_itself, NULL));
    joins(&semaphore);
    thread = begin(is_cancelled, &semaphore);
    await_blocked();
    DO("interrupt_send", pthread_cancel(thread), 0);
    end(thread);
    thread = begin(stays, &semaphore);
    DO("thread_detach", pthread_detach(thread), 0);
    detached = await_blocked();
    gives(DEATH);
    DO_ERRNO("release:semaphore", sem_post(&semaphore), 0);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 1UL << 46);
    DO("spawn spawn_end", pthread_create(&thread, &attributes, returns, NULL), EAGAIN);
    await_gone(detached);
    DO_ERRNO("object_destroy:semaphore", sem_destroy(&semaphore), 0);
}

/* --- conditions --- */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

static void *waits(void *unused)
{
    DO("acquire:mutex", pthread_mutex_lock(&mutex), 0);
    blocks_now();
    DO("wait_begin:condition wait_end:condition", pthread_cond_wait(&cond, &mutex), 0);
    DO("release:mutex", pthread_mutex_unlock(&mutex), 0);
    return unused;
}

void events_cond(void)
{
    pthread_cond_t own;
    pthread_t waiter;

    DO("object_init:condition", pthread_cond_init(&own, NULL), 0);
    DO("acquire:mutex", pthread_mutex_lock(&mutex), 0);
    for (int i = 0; i < 3; i++) {
        DO("wait_begin:condition wait_end:condition", pthread_cond_timedwait(&own, &mutex, &past), ETIMEDOUT);
        DO("wait_begin:condition wait_end:condition", pthread_cond_clockwait(&own, &mutex, CLOCK_MONOTONIC, &past), ETIMEDOUT);
        DO("wake:condition", pthread_cond_signal(&own), 0);
        DO("wake:condition", pthread_cond_broadcast(&own), 0);
    }
    DO("release:mutex", pthread_mutex_unlock(&mutex), 0);
    for (int i = 0; i < 4; i++) {
        waiter = begin(waits, NULL);
        await_blocked();
        DO("wake:condition", i % 2 ? pthread_cond_signal(&cond) : pthread_cond_broadcast(&cond), 0);
        end(waiter);
    }
    DO("object_destroy:condition", pthread_cond_destroy(&own), 0);
}

/* --- semaphores --- */

void events_semaphore(void)
{
    char name[64];
    sem_t semaphore, *named;
    pthread_t waiter;

    DO_ERRNO("object_init:semaphore", sem_init(&semaphore, 0, 2), 0);
    DO_ERRNO("acquire:semaphore", sem_wait(&semaphore), 0);
    DO_ERRNO("acquire:semaphore", sem_trywait(&semaphore), 0);
    DO_ERRNO("acquire_fail:semaphore", sem_trywait(&semaphore), EAGAIN);
    DO_ERRNO("acquire_begin:semaphore acquire_end:semaphore", sem_timedwait(&semaphore, &past), ETIMEDOUT);
    DO_ERRNO("acquire_begin:semaphore acquire_end:semaphore", sem_clockwait(&semaphore, CLOCK_MONOTONIC, &past), ETIMEDOUT);
    for (int i = 0; i < 3; i++) {
        waiter = begin(stays, &semaphore);
        await_blocked();
        DO_ERRNO("release:semaphore", sem_post(&semaphore), 0);
        end(waiter);
    }
    DO_ERRNO("release:semaphore", sem_post(&semaphore), 0);
    DO_ERRNO("acquire:semaphore", sem_timedwait(&semaphore, &never), 0);
    DO_ERRNO("release:semaphore", sem_post(&semaphore), 0);
    DO_ERRNO("acquire:semaphore", sem_clockwait(&semaphore, CLOCK_REALTIME, &never), 0);
    DO_ERRNO("object_destroy:semaphore", sem_destroy(&semaphore), 0);
    snprintf(name, sizeof(name), "/thrum-events-%d", (int)getpid());
    named = sem_open(name, O_CREAT | O_EXCL, 0600, 1);
    gives("object_name:semaphore");
    DO_ERRNO("", sem_unlink(name), 0);
    DO_ERRNO("acquire:semaphore", sem_wait(named), 0);
    DO_ERRNO("object_destroy:semaphore", sem_close(named), 0);
}

/* --- signals sent, and handled --- */

static sigjmp_buf back;

/* Names that are there, and in no header for everybody. */
sighandler_t bsd_signal(int number, sighandler_t handler);
sighandler_t sysv_signal(int number, sighandler_t handler);
int __sigaction(int signal, const struct sigaction *action, struct sigaction *old);
void __longjmp_chk(struct __jmp_buf_tag to[1], int value) __attribute__((noreturn));

static void handler(int number)
{
    (void)number;
    gives("interrupt_begin interrupt_end");
}

static void informed(int number, siginfo_t *info, void *context)
{
    (void)context;
    handler(info->si_signo == number ? number : 0);
}

static int way_to_jump;

static void jumps(int number)
{
    gives("interrupt_begin interrupt_end");
    switch (way_to_jump) {
    case 0: longjmp(back, number);
    case 1: _longjmp(back, number);
    case 2: siglongjmp(back, number);
    default: __longjmp_chk(back, number);
    }
}

static void sets(int way)
{
    struct sigaction action = {.sa_sigaction = informed, .sa_flags = SA_SIGINFO};

    switch (way) {
    case 0: sigaction(SIGUSR1, &action, NULL); break;
    case 1: __sigaction(SIGUSR1, &action, NULL); break;
    case 2: signal(SIGUSR1, handler); break;
    case 3: bsd_signal(SIGUSR1, handler); break;
    case 4: ssignal(SIGUSR1, handler); break;
    case 5: sysv_signal(SIGUSR1, handler); break;
    case 6: __sysv_signal(SIGUSR1, handler); break;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    default: sigset(SIGUSR1, handler);
#pragma GCC diagnostic pop
    }
}

static void sends(void)
{
    const union sigval none = {0};

    DO("interrupt_send", raise(SIGUSR1), 0);
    DO("interrupt_send", gsignal(SIGUSR1), 0);
    DO_ERRNO("interrupt_send", kill(getpid(), SIGUSR1), 0);
    DO_ERRNO("interrupt_send", killpg(getpgrp(), SIGUSR1), 0);
    DO_ERRNO("interrupt_send", sigqueue(getpid(), SIGUSR1, none), 0);
    DO_ERRNO("interrupt_send", tgkill(getpid(), gettid(), SIGUSR1), 0);
    DO("interrupt_send", pthread_kill(pthread_self(), SIGUSR1), 0);
    DO("interrupt_send", pthread_sigqueue(pthread_self(), SIGUSR1, none), 0);
    DO_ERRNO("interrupt_send", syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1), 0);
    DO_ERRNO("", kill(getpid(), 0), 0);
}

void events_signal(void)
{
    setpgid(0, 0);
    gives("interrupt_handler");
    signal(SIGUSR1, handler);
    for (int i = 0; i < 3; i++)
        sends();
    gives("interrupt_handler");
    signal(SIGUSR1, SIG_IGN);
    sends();
    for (int way = 0; way < 8; way++) {
        gives("interrupt_handler");
        sets(way);
        DO("interrupt_send", raise(SIGUSR1), 0);
    }
    gives("interrupt_handler");
    signal(SIGUSR1, jumps);
    for (way_to_jump = 0; way_to_jump < 4; way_to_jump++)
        if (sigsetjmp(back, 1) == 0) {
            gives("interrupt_send");
            raise(SIGUSR1);
        }
}

static void *interrupts_main(void *thread)
{
    await_blocked();
    DO("interrupt_send", pthread_kill(*(pthread_t *)thread, SIGUSR1), 0);
    return NULL;
}

void events_sigwait(void)
{
    static pthread_t self;
    const struct timespec little = {.tv_nsec = 1000};
    sigset_t one, none;
    int number;

    sigemptyset(&none), sigemptyset(&one);
    sigaddset(&one, SIGUSR1);
    gives("interrupt_handler");
    signal(SIGUSR1, handler);
    self = pthread_self();
    pthread_t thread = begin(interrupts_main, &self);
    blocks_now();
    DO_ERRNO("wait_begin:signal wait_end:signal", pause(), EINTR);
    end(thread);
    sigprocmask(SIG_BLOCK, &one, NULL);
    DO("interrupt_send", raise(SIGUSR1), 0);
    DO("wait_begin:signal wait_end:signal", sigwait(&one, &number), 0);
    DO("interrupt_send", raise(SIGUSR1), 0);
    DO("wait_begin:signal wait_end:signal", sigwaitinfo(&one, NULL), SIGUSR1);
    DO("interrupt_send", raise(SIGUSR1), 0);
    DO("wait_begin:signal wait_end:signal", sigtimedwait(&one, NULL, &never), SIGUSR1);
    DO_ERRNO("wait_begin:signal wait_end:signal", sigtimedwait(&one, NULL, &little), EAGAIN);
    DO("interrupt_send", raise(SIGUSR1), 0);
    DO_ERRNO("wait_begin:signal wait_end:signal", sigsuspend(&none), EINTR);
    DO("interrupt_send", raise(SIGUSR1), 0);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    DO_ERRNO("wait_begin:signal wait_end:signal", sigpause(SIGUSR1), EINTR); /* __xpg_sigpause */
#pragma GCC diagnostic pop
}

/* --- futexes --- */

static _Atomic uint32_t word;

static long futex(_Atomic uint32_t *address, int operation, uint32_t number, const void *time)
{
    return syscall(SYS_futex, address, operation, number, time, NULL, 1);
}

static void *waits_for_word(void *unused)
{
    blocks_now();
    DO("wait_begin:futex wait_end:futex", futex(&word, FUTEX_WAIT_PRIVATE, 0, NULL), 0);
    return unused;
}

static void *waits_for_lock(void *lock)
{
    blocks_now();
    DO("acquire_begin:futex acquire_end:futex", futex(lock, FUTEX_LOCK_PI_PRIVATE, 0, NULL), 0);
    DO("release:futex", futex(lock, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL), 0);
    return NULL;
}

void events_futex(void)
{
    const struct timespec little = {.tv_nsec = 1000};
    _Atomic uint32_t lock = 0;
    pthread_t waiter;

    DO_ERRNO("wait_begin:futex wait_end:futex", futex(&word, FUTEX_WAIT_PRIVATE, 1, NULL), EAGAIN);
    DO_ERRNO("wait_begin:futex wait_end:futex", futex(&word, FUTEX_WAIT_PRIVATE, 0, &little), ETIMEDOUT);
    DO_ERRNO("wait_begin:futex wait_end:futex", futex(&word, FUTEX_WAIT_BITSET_PRIVATE, 0, &past), ETIMEDOUT);
    DO("wake:futex", futex(&word, FUTEX_WAKE_PRIVATE, 1, NULL), 0);
    for (int i = 0; i < 3; i++) {
        waiter = begin(waits_for_word, NULL);
        await_blocked();
        DO("wake:futex", futex(&word, i ? FUTEX_WAKE_PRIVATE : FUTEX_WAKE_BITSET_PRIVATE, 1, NULL), 1);
        end(waiter);
        DO("acquire_begin:futex acquire_end:futex", futex(&lock, FUTEX_LOCK_PI_PRIVATE, 0, NULL), 0);
        DO_ERRNO("acquire_fail:futex", futex(&lock, FUTEX_TRYLOCK_PI_PRIVATE, 0, NULL), EDEADLK);
        waiter = begin(waits_for_lock, &lock);
        await_blocked();
        DO("release:futex", futex(&lock, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL), 0);
        end(waiter);
    }
    DO("", syscall(SYS_getpid), getpid());
}
