/* SPDX-License-Identifier: MIT */
/* Conditions and semaphores. */
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <sys/wait.h>

#include "conform.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int waiting, woken;

static void *wait_once(void *cond)
{
    int result;

    pthread_mutex_lock(&mutex);
    waiting++;
    result = pthread_cond_wait(cond, &mutex);
    woken++;
    pthread_mutex_unlock(&mutex);
    return (void *)(long)result;
}

/* With the mutex, once so many wait. */
static void await_waiting(int count)
{
    pthread_mutex_lock(&mutex);
    while (waiting < count) {
        pthread_mutex_unlock(&mutex);
        sched_yield();
        pthread_mutex_lock(&mutex);
    }
}

static void waits(pthread_cond_t *cond, clockid_t clock)
{
    struct timespec until;
    pthread_t threads[3];

    pthread_mutex_lock(&mutex);
    until = soon(clock);
    expect("pthread_cond_timedwait", pthread_cond_timedwait(cond, &mutex, &until), ETIMEDOUT);
    expect("pthread_mutex_unlock: after a wait", pthread_mutex_unlock(&mutex), 0);
    pthread_mutex_lock(&mutex);
    until = soon(CLOCK_MONOTONIC);
    expect("pthread_cond_clockwait", pthread_cond_clockwait(cond, &mutex, CLOCK_MONOTONIC, &until), ETIMEDOUT);
    until = soon(CLOCK_REALTIME);
    expect("pthread_cond_clockwait", pthread_cond_clockwait(cond, &mutex, CLOCK_REALTIME, &until), ETIMEDOUT);
    expect("pthread_cond_clockwait: unknown clock", pthread_cond_clockwait(cond, &mutex, 99, &until), EINVAL);
    expect("pthread_cond_timedwait: no time", pthread_cond_timedwait(cond, &mutex, &invalid), EINVAL);
    pthread_mutex_unlock(&mutex);
    waiting = woken = 0;
    for (int i = 0; i < 3; i++)
        threads[i] = start(wait_once, cond);
    await_waiting(3);
    expect("pthread_cond_signal", pthread_cond_signal(cond), 0);
    expect("pthread_cond_broadcast", pthread_cond_broadcast(cond), 0);
    pthread_mutex_unlock(&mutex);
    for (int i = 0; i < 3; i++)
        expect("pthread_cond_wait", (long)finish(threads[i]), 0);
    expect_number("pthread_cond_wait: woken", woken, 3);
}

void conform_cond(void)
{
    pthread_cond_t cond = PTHREAD_COND_INITIALIZER, timed;
    pthread_condattr_t attributes;
    pthread_mutex_t check;
    pthread_mutexattr_t checked;

    waits(&cond, CLOCK_REALTIME);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    expect("pthread_cond_init", pthread_cond_init(&timed, &attributes), 0);
    waits(&timed, CLOCK_MONOTONIC);
    expect("pthread_cond_destroy", pthread_cond_destroy(&timed), 0);

    pthread_mutexattr_init(&checked);
    pthread_mutexattr_settype(&checked, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&check, &checked);
    expect("pthread_cond_wait: mutex not held", pthread_cond_wait(&cond, &check), EPERM);
    expect("pthread_cond_timedwait: mutex not held", pthread_cond_timedwait(&cond, &check, &past), EPERM);
    expect("pthread_cond_signal: nobody waits", pthread_cond_signal(&cond), 0);
    expect("pthread_cond_broadcast: nobody waits", pthread_cond_broadcast(&cond), 0);
}

/* --- semaphores --- */

static void *post_later(void *semaphore)
{
    await(1);
    return (void *)(long)sem_post(semaphore);
}

static void on_signal(int signal)
{
    (void)signal;
}

struct interrupted {
    pthread_t thread;
    pid_t tid;
};

static void *interrupt(void *data)
{
    const struct interrupted *target = data;

    await_asleep(target->tid);
    pthread_kill(target->thread, SIGUSR1);
    return NULL;
}

static void interrupted_waits(sem_t *semaphore)
{
    struct sigaction action = {.sa_handler = on_signal}, old;
    struct interrupted self = {pthread_self(), gettid()};
    pthread_t thread;

    sigaction(SIGUSR1, &action, &old);
    thread = start(interrupt, &self);
    expect_errno("sem_wait: interrupted", sem_wait(semaphore), EINTR);
    finish(thread);
    thread = start(interrupt, &self);
    expect_errno("sem_timedwait: interrupted", sem_timedwait(semaphore, &never), EINTR);
    finish(thread);
    thread = start(interrupt, &self);
    expect_errno("sem_clockwait: interrupted", sem_clockwait(semaphore, CLOCK_MONOTONIC, &never), EINTR);
    finish(thread);
    sigaction(SIGUSR1, &old, NULL);
}

static void unnamed(void)
{
    sem_t semaphore;
    struct timespec until;
    int value;

    expect_errno("sem_init: too much", sem_init(&semaphore, 0, (unsigned)SEM_VALUE_MAX + 1), EINVAL);
    expect_errno("sem_init", sem_init(&semaphore, 0, 1), 0);
    errno = 77;
    expect_errno("sem_wait", sem_wait(&semaphore), 0);
    expect_number("sem_wait: errno untouched", errno, 77);
    expect_errno("sem_trywait: none", sem_trywait(&semaphore), EAGAIN);
    until = soon(CLOCK_REALTIME);
    expect_errno("sem_timedwait: none", sem_timedwait(&semaphore, &until), ETIMEDOUT);
    until = soon(CLOCK_MONOTONIC);
    expect_errno("sem_clockwait: none", sem_clockwait(&semaphore, CLOCK_MONOTONIC, &until), ETIMEDOUT);
    expect_errno("sem_timedwait: no time", sem_timedwait(&semaphore, &invalid), EINVAL);
    expect_errno("sem_clockwait: unknown clock", sem_clockwait(&semaphore, 99, &never), EINVAL);
    interrupted_waits(&semaphore);
    pthread_t poster = start(post_later, &semaphore);
    reach(1);
    expect_errno("sem_wait: posted meanwhile", sem_wait(&semaphore), 0);
    expect("sem_post: by another", (long)finish(poster), 0);
    expect_errno("sem_post", sem_post(&semaphore), 0);
    errno = 77;
    expect_errno("sem_timedwait: one, time passed", sem_timedwait(&semaphore, &past), 0);
    expect_number("sem_timedwait: errno untouched", errno, 77);
    expect_errno("sem_post", sem_post(&semaphore), 0);
    expect_errno("sem_trywait", sem_trywait(&semaphore), 0);
    sem_getvalue(&semaphore, &value);
    expect_number("sem_getvalue", value, 0);
    expect_errno("sem_destroy", sem_destroy(&semaphore), 0);
    sem_init(&semaphore, 0, SEM_VALUE_MAX);
    expect_errno("sem_post: too many", sem_post(&semaphore), EOVERFLOW);
    sem_destroy(&semaphore);
}

static int child_posts(void *semaphore)
{
    return sem_post(semaphore) != 0;
}

static void named(void)
{
    char name[64];
    sem_t *one, *two;

    snprintf(name, sizeof(name), "/thrum-conform-%d", (int)getpid());
    expect_number("sem_open: not there", sem_open(name, 0) == SEM_FAILED ? errno : 0, ENOENT);
    one = sem_open(name, O_CREAT | O_EXCL, 0600, 0);
    expect_number("sem_open: made", one == SEM_FAILED, 0);
    expect_number("sem_open: there already", sem_open(name, O_CREAT | O_EXCL, 0600, 0) == SEM_FAILED ? errno : 0, EEXIST);
    two = sem_open(name, 0);
    expect_number("sem_open: the same", one == two, 1);
    expect_errno("sem_unlink", sem_unlink(name), 0);
    expect_errno("sem_unlink: not there", sem_unlink(name), ENOENT);
    expect_number("sem_post: in a child", in_child(child_posts, one), 0);
    expect_errno("sem_wait: posted by a child", sem_wait(one), 0);
    expect_errno("sem_close", sem_close(two), 0);
    expect_errno("sem_post: still open", sem_post(one), 0);
    expect_errno("sem_close", sem_close(one), 0);
}

void conform_semaphore(void)
{
    unnamed();
    named();
}
