/* SPDX-License-Identifier: MIT */
/*
 * One of almost everything, a known number of times each and with no chance in it; trace/counts.sh has the numbers.
 * What would wait is given a deadline that has passed, so that no other thread is needed to end it.
 */
#include <signal.h>
#include <time.h>
#include <unistd.h>
#include "play.h"

static const struct timespec long_ago = { .tv_sec = 1 };

static void mutexes(void)
{
    pthread_mutex_t mutex;
    MUST(pthread_mutex_init(&mutex, NULL));
    for (int i = 0; i < 10; i++) {
        MUST(pthread_mutex_lock(&mutex));
        MUST(pthread_mutex_unlock(&mutex));
    }
    for (int i = 0; i < 3; i++) {
        MUST(pthread_mutex_trylock(&mutex));
        MUST_GIVE(EBUSY, pthread_mutex_trylock(&mutex));
        MUST_GIVE(ETIMEDOUT, pthread_mutex_timedlock(&mutex, &long_ago));
        MUST(pthread_mutex_unlock(&mutex));
    }
    MUST(pthread_mutex_destroy(&mutex));
}

static void conditions(void)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t cond;
    MUST(pthread_cond_init(&cond, NULL));
    MUST(pthread_mutex_lock(&mutex));
    for (int i = 0; i < 4; i++)
        MUST_GIVE(ETIMEDOUT, pthread_cond_timedwait(&cond, &mutex, &long_ago));
    MUST(pthread_mutex_unlock(&mutex));
    for (int i = 0; i < 5; i++)
        MUST(pthread_cond_signal(&cond));
    MUST(pthread_cond_broadcast(&cond));
    MUST(pthread_cond_destroy(&cond));
}

static void semaphores(void)
{
    sem_t semaphore;
    MUST_SEM(sem_init(&semaphore, 0, 2));
    MUST_SEM(sem_wait(&semaphore));
    MUST_SEM(sem_trywait(&semaphore));
    must(sem_trywait(&semaphore) == 0 ? 0 : errno, EAGAIN, "sem_trywait");
    must(sem_timedwait(&semaphore, &long_ago) == 0 ? 0 : errno, ETIMEDOUT, "sem_timedwait");
    for (int i = 0; i < 7; i++)
        MUST_SEM(sem_post(&semaphore));
    MUST_SEM(sem_destroy(&semaphore));
}

static void read_write_locks(void)
{
    pthread_rwlock_t rwlock;
    MUST(pthread_rwlock_init(&rwlock, NULL));
    for (int i = 0; i < 3; i++)
        MUST(pthread_rwlock_rdlock(&rwlock));
    MUST_GIVE(EBUSY, pthread_rwlock_trywrlock(&rwlock));
    MUST_GIVE(ETIMEDOUT, pthread_rwlock_timedwrlock(&rwlock, &long_ago));
    for (int i = 0; i < 3; i++)
        MUST(pthread_rwlock_unlock(&rwlock));
    MUST(pthread_rwlock_wrlock(&rwlock));
    MUST(pthread_rwlock_unlock(&rwlock));
    MUST(pthread_rwlock_destroy(&rwlock));
}

static void spinlocks(void)
{
    pthread_spinlock_t spinlock;
    MUST(pthread_spin_init(&spinlock, PTHREAD_PROCESS_PRIVATE));
    for (int i = 0; i < 2; i++) {
        MUST(pthread_spin_lock(&spinlock));
        MUST_GIVE(EBUSY, pthread_spin_trylock(&spinlock));
        MUST(pthread_spin_unlock(&spinlock));
    }
    MUST(pthread_spin_destroy(&spinlock));
}

static void barriers(void)
{
    pthread_barrier_t barrier;
    MUST(pthread_barrier_init(&barrier, NULL, 1));
    for (int i = 0; i < 3; i++)
        MUST_GIVE(PTHREAD_BARRIER_SERIAL_THREAD, pthread_barrier_wait(&barrier));
    MUST(pthread_barrier_destroy(&barrier));
}

static void *worker(void *unused)
{
    return unused;
}

static void *cancelled(void *unused)
{
    for (;;) {
        pthread_testcancel();
        sched_yield();
    }
    return unused;
}

static pid_t detached_tid;

static void *detached(void *unused)
{
    detached_tid = gettid();
    luck_pass();
    return unused;
}

static void threads(void)
{
    char directory[64];
    pthread_t thread;
    for (int i = 0; i < 6; i++)
        join(START(worker));
    thread = START(cancelled);
    MUST(pthread_cancel(thread));
    join(thread);
    thread = START(detached);
    MUST(pthread_detach(thread));
    luck_await(1);
    snprintf(directory, sizeof directory, "/proc/self/task/%d", (int)detached_tid);
    while (access(directory, F_OK) == 0)
        sched_yield(); /* until it is gone, its last event with it */
}

static void handler(int number)
{
    (void)number;
}

static void signals(void)
{
    signal(SIGUSR1, handler);
    for (int i = 0; i < 2; i++)
        MUST(pthread_kill(pthread_self(), SIGUSR1));
}

int main(void)
{
    mutexes();
    conditions();
    semaphores();
    read_write_locks();
    spinlocks();
    barriers();
    threads();
    signals();
}
