/* SPDX-License-Identifier: MIT */
/*
 * A semaphore that looks like a lock until another thread than the one that waited posts it: it is a signal, so nobody
 * holds it while the mutex is taken, and the opposite nesting is no inversion.
 *
 *     first               second
 *     wait S
 *     lock A
 *     unlock A
 *                         post S
 *                         lock A
 *                         wait S
 *                         unlock A
 */
#include "play.h"

static sem_t signal_s;
static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;

static void *first(void *unused)
{
    MUST_SEM(sem_wait(&signal_s));
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    MUST_SEM(sem_post(&signal_s));
    MUST(pthread_mutex_lock(&lock_a));
    MUST_SEM(sem_wait(&signal_s));
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

int main(void)
{
    MUST_SEM(sem_init(&signal_s, 0, 1));
    RUN_BOTH(first, second);
}
