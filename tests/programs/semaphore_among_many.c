/* SPDX-License-Identifier: MIT */
/*
 * Binary semaphores used as locks, in opposite orders, one thread after the other: nothing but luck prevents the deadlock;
 * among more semaphores than anybody would expect.
 *
 *     first               second
 *     wait A, B
 *     post B, A
 *                         wait B, A
 *                         post A, B
 */
#include "play.h"

static sem_t lock_a, lock_b, others[20000];

static void *first(void *unused)
{
    MUST_SEM(sem_wait(&lock_a));
    MUST_SEM(sem_wait(&lock_b));
    MUST_SEM(sem_post(&lock_b));
    MUST_SEM(sem_post(&lock_a));
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    MUST_SEM(sem_wait(&lock_b));
    MUST_SEM(sem_wait(&lock_a));
    MUST_SEM(sem_post(&lock_a));
    MUST_SEM(sem_post(&lock_b));
    return unused;
}

int main(void)
{
    MUST_SEM(sem_init(&lock_a, 0, 1));
    MUST_SEM(sem_init(&lock_b, 0, 1));
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        MUST_SEM(sem_init(&others[i], 0, 1));
    RUN_BOTH(first, second);
}
