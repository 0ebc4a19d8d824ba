/* SPDX-License-Identifier: MIT */
/* Two threads post, and either lets second go on: first may still be there. */
#include "small.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;
static sem_t ready;

static void *first(void *unused)
{
    UNDER(lock_a, lock_b);
    MUST_SEM(sem_post(&ready));
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    luck_await(2);
    MUST_SEM(sem_wait(&ready));
    UNDER(lock_b, lock_a);
    MUST_SEM(sem_wait(&ready));
    return unused;
}

static void *third(void *unused)
{
    luck_await(1);
    MUST_SEM(sem_post(&ready));
    luck_pass();
    return unused;
}

int main(void)
{
    MUST_SEM(sem_init(&ready, 0, 0));
    pthread_t one = START(first), other = START(second), last = START(third);
    join(one);
    join(other);
    join(last);
}
