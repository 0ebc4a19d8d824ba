/* SPDX-License-Identifier: MIT */
/* First posts before it takes the locks: second may meet it. */
#include "small.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;
static sem_t ready;

static void *first(void *unused)
{
    MUST_SEM(sem_post(&ready));
    UNDER(lock_a, lock_b);
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    MUST_SEM(sem_wait(&ready));
    luck_await(1);
    UNDER(lock_b, lock_a);
    return unused;
}

int main(void)
{
    MUST_SEM(sem_init(&ready, 0, 0));
    RUN_BOTH(first, second);
}
