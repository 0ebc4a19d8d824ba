/* SPDX-License-Identifier: MIT */
/* A thread posts twice in a row and takes two locks then; that another takes them in the opposite order after its waits says nothing. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_c = PTHREAD_MUTEX_INITIALIZER, lock_d = PTHREAD_MUTEX_INITIALIZER;
static sem_t ready;

static void a_then_b(void)
{
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_a));
}

static void c_then_d(void)
{
    MUST(pthread_mutex_lock(&lock_c));
    MUST(pthread_mutex_lock(&lock_d));
    MUST(pthread_mutex_unlock(&lock_d));
    MUST(pthread_mutex_unlock(&lock_c));
}

static void d_then_c(void)
{
    MUST(pthread_mutex_lock(&lock_d));
    MUST(pthread_mutex_lock(&lock_c));
    MUST(pthread_mutex_unlock(&lock_c));
    MUST(pthread_mutex_unlock(&lock_d));
}

static void *first(void *unused)
{
    a_then_b();
    MUST_SEM(sem_post(&ready));
    MUST_SEM(sem_post(&ready));
    c_then_d();
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    MUST_SEM(sem_wait(&ready));
    MUST_SEM(sem_wait(&ready));
    luck_await(1);
    d_then_c();
    return unused;
}

int main(void)
{
    MUST_SEM(sem_init(&ready, 0, 0));
    RUN_BOTH(first, second);
}
