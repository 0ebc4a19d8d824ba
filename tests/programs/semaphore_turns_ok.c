/* SPDX-License-Identifier: MIT */
/* Two threads take two locks in opposite orders, by turns: each has a semaphore that the other posts. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;
static sem_t of_first, of_second;

static void a_then_b(void)
{
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_a));
}

static void b_then_a(void)
{
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_b));
}

static void *first(void *unused)
{
    for (int turn = 0; turn < 5; turn++) {
        a_then_b();
        MUST_SEM(sem_post(&of_second));
        MUST_SEM(sem_wait(&of_first));
    }
    return unused;
}

static void *second(void *unused)
{
    for (int turn = 0; turn < 5; turn++) {
        MUST_SEM(sem_wait(&of_second));
        b_then_a();
        MUST_SEM(sem_post(&of_first));
    }
    return unused;
}

int main(void)
{
    MUST_SEM(sem_init(&of_first, 0, 0));
    MUST_SEM(sem_init(&of_second, 0, 0));
    RUN_BOTH(first, second);
}
