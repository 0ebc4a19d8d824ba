/* SPDX-License-Identifier: MIT */
/* A semaphore is posted after it was destroyed. */
#include "play.h"

static sem_t ready;

static void *only(void *unused)
{
    MUST_SEM(sem_init(&ready, 0, 0));
    MUST_SEM(sem_destroy(&ready));
    MUST_SEM(sem_post(&ready));
    return unused;
}

int main(void)
{
    join(START(only));
}
