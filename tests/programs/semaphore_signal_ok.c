/* SPDX-License-Identifier: MIT */
/*
 * Semaphores used as signals: each thread posts what the other waits for. Nobody holds them, so there is no order.
 *
 *     first               second
 *     post ping
 *                         wait ping
 *                         post pong
 *     wait pong
 */
#include "play.h"

enum { ROUNDS = 3 };
static sem_t ping, pong;

static void *first(void *unused)
{
    for (int i = 0; i < ROUNDS; i++) {
        MUST_SEM(sem_post(&ping));
        MUST_SEM(sem_wait(&pong));
    }
    return unused;
}

static void *second(void *unused)
{
    for (int i = 0; i < ROUNDS; i++) {
        MUST_SEM(sem_wait(&ping));
        MUST_SEM(sem_post(&pong));
    }
    return unused;
}

int main(void)
{
    MUST_SEM(sem_init(&ping, 0, 0));
    MUST_SEM(sem_init(&pong, 0, 0));
    RUN_BOTH(first, second);
}
