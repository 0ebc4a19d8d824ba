/* SPDX-License-Identifier: MIT */
/* A thread is cancelled while it holds a mutex, which its cleanup handler unlocks; another waits on a condition. Others are cancelled before they have begun. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;
static sem_t never;

static void unlock(void *lock)
{
    MUST(pthread_mutex_unlock(lock));
}

static void *worker(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    pthread_cleanup_push(unlock, &lock_a);
    luck_pass();
    sem_wait(&never);
    pthread_cleanup_pop(1);
    return unused;
}

static void *waiter(void *unused)
{
    MUST(pthread_mutex_lock(&lock_b));
    pthread_cleanup_push(unlock, &lock_b);
    luck_pass();
    for (;;)
        MUST(pthread_cond_wait(&turn, &lock_b));
    pthread_cleanup_pop(1);
    return unused;
}

static void *unborn(void *unused)
{
    MUST(pthread_mutex_lock(&lock_b));
    pthread_cleanup_push(unlock, &lock_b);
    for (;;)
        MUST(pthread_cond_wait(&turn, &lock_b));
    pthread_cleanup_pop(1);
    return unused;
}

/*
 *     main, on the only processor:  creates   cancels   joins: all threads seem to wait for each other
 *     unborn:                                                  begins, waits: and is cancelled there
 */
static void cancel_unborn(void)
{
    cpu_set_t one;
    pthread_t thread;

    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    MUST_SEM(sched_setaffinity(0, sizeof(one), &one));
    for (int i = 0; i < 20; i++) {
        MUST(pthread_create(&thread, NULL, unborn, NULL));
        MUST(pthread_cancel(thread));
        join(thread);
    }
}

int main(void)
{
    MUST_SEM(sem_init(&never, 0, 0));
    pthread_t one = START(worker), other = START(waiter);
    luck_await(2);
    MUST(pthread_cancel(one));
    MUST(pthread_cancel(other));
    join(one);
    join(other);
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_b));
    cancel_unborn();
}
