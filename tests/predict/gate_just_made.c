/* SPDX-License-Identifier: MIT */
/*
 * First makes a gate and takes it with the account locked, as Python's conditions do, and waits at it when it has let go of the
 * account. Second opens the gate with the account locked. First's first taking is no wait: nobody else has the gate yet.
 */
#include "small.h"

static pthread_mutex_t account = PTHREAD_MUTEX_INITIALIZER;
static sem_t gate;

static void *first(void *unused)
{
    MUST(pthread_mutex_lock(&account));
    MUST_SEM(sem_init(&gate, 0, 1));
    MUST_SEM(sem_wait(&gate));
    MUST(pthread_mutex_unlock(&account));
    luck_pass();
    MUST_SEM(sem_wait(&gate));
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    MUST(pthread_mutex_lock(&account));
    MUST_SEM(sem_post(&gate));
    MUST(pthread_mutex_unlock(&account));
    return unused;
}

int main(void)
{
    RUN_BOTH(first, second);
}
