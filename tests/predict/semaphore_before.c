/* SPDX-License-Identifier: MIT */
/* Second takes the locks only after first, which posts when it has given them back, has posted: they can't meet. */
#include "small.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;
static sem_t ready;

static void *first(void *unused)
{
    UNDER(lock_a, lock_b);
    MUST_SEM(sem_post(&ready));
    return unused;
}

static void *second(void *unused)
{
    MUST_SEM(sem_wait(&ready));
    UNDER(lock_b, lock_a);
    return unused;
}

int main(void)
{
    MUST_SEM(sem_init(&ready, 0, 0));
    RUN_BOTH(first, second);
}
