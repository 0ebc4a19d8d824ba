/* SPDX-License-Identifier: MIT */
/* A semaphore of value 1 is taken by one thread and posted by another, as semaphores may be. */
#include "play.h"

static sem_t baton;

static void *first(void *unused)
{
    MUST_SEM(sem_wait(&baton));
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    MUST_SEM(sem_post(&baton));
    return unused;
}

int main(void)
{
    MUST_SEM(sem_init(&baton, 0, 1));
    RUN_BOTH(first, second);
    MUST_SEM(sem_destroy(&baton));
}
