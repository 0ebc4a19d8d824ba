/* SPDX-License-Identifier: MIT */
/* As semaphore_holding, but the semaphore begins with one: nobody has to post first. */
#include "small.h"

static pthread_mutex_t account = PTHREAD_MUTEX_INITIALIZER;
static sem_t ready;

static void *first(void *unused)
{
    luck_await(1);
    MUST(pthread_mutex_lock(&account));
    MUST_SEM(sem_wait(&ready));
    MUST(pthread_mutex_unlock(&account));
    return unused;
}

static void *second(void *unused)
{
    MUST(pthread_mutex_lock(&account));
    MUST(pthread_mutex_unlock(&account));
    luck_pass();
    MUST_SEM(sem_post(&ready));
    return unused;
}

int main(void)
{
    MUST_SEM(sem_init(&ready, 0, 1));
    RUN_BOTH(first, second);
}
