/* SPDX-License-Identifier: MIT */
/*
 * Binary semaphores used as locks, in opposite orders, both threads in the middle at once: a deadlock that happens.
 *
 *     first               second
 *     wait A
 *                         wait B
 *     wait B: waits
 *                         wait A: waits
 */
#include "play.h"

static sem_t lock_a, lock_b;

static void *first(void *unused)
{
    MUST_SEM(sem_wait(&lock_a));
    luck_meet(2);
    MUST_SEM(sem_wait(&lock_b));
    return unused;
}

static void *second(void *unused)
{
    MUST_SEM(sem_wait(&lock_b));
    luck_meet(2);
    MUST_SEM(sem_wait(&lock_a));
    return unused;
}

int main(void)
{
    MUST_SEM(sem_init(&lock_a, 0, 1));
    MUST_SEM(sem_init(&lock_b, 0, 1));
    RUN_BOTH(first, second);
}
