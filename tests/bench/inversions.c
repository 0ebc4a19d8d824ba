/* SPDX-License-Identifier: MIT */
/*
 * Traffic for the bench of prediction: inversions ROUNDS [gated]. One thread takes two locks under a third, another takes them
 * in the opposite order, without the third or (gated) with it; each as often as ROUNDS, ten events a round in all. One runs
 * after the other, so that nothing hangs, and nothing but luck orders them: each waits for the other without a traced call.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER, lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;
static long rounds;
static bool gated;
static atomic_bool first_done;

static void *first(void *unused)
{
    for (long i = 0; i < rounds; i++) {
        pthread_mutex_lock(&gate);
        pthread_mutex_lock(&lock_a);
        pthread_mutex_lock(&lock_b);
        pthread_mutex_unlock(&lock_b);
        pthread_mutex_unlock(&lock_a);
        pthread_mutex_unlock(&gate);
    }
    first_done = true;
    return unused;
}

static void *second(void *unused)
{
    while (!first_done)
        sched_yield();
    for (long i = 0; i < rounds; i++) {
        if (gated)
            pthread_mutex_lock(&gate);
        pthread_mutex_lock(&lock_b);
        pthread_mutex_lock(&lock_a);
        pthread_mutex_unlock(&lock_a);
        pthread_mutex_unlock(&lock_b);
        if (gated)
            pthread_mutex_unlock(&gate);
    }
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t one, other;
    rounds = argc > 1 ? atol(argv[1]) : 1000;
    gated = argc > 2;
    pthread_create(&one, NULL, first, NULL);
    pthread_create(&other, NULL, second, NULL);
    pthread_join(one, NULL);
    pthread_join(other, NULL);
}
