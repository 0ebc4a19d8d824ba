/* SPDX-License-Identifier: MIT */
/* A thread posts before it takes two locks, too: that another takes them in the opposite order after its wait says nothing. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;
static sem_t ready;

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
    MUST_SEM(sem_post(&ready));
    a_then_b();
    MUST_SEM(sem_post(&ready));
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    MUST_SEM(sem_wait(&ready));
    b_then_a();
    MUST_SEM(sem_wait(&ready));
    return unused;
}

int main(void)
{
    MUST_SEM(sem_init(&ready, 0, 0));
    RUN_BOTH(first, second);
}
