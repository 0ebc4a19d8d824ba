/* SPDX-License-Identifier: MIT */
/*
 * Makes events to be recorded: threads that take locks of a table, some within others, in one order.
 * traffic EVENTS [THREADS [LOCKS]]: about so many acquires and releases, all threads together.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS_MOST = 64, LOCKS_MOST = 4096 };
static pthread_mutex_t locks[LOCKS_MOST];
static long rounds;
static unsigned lock_count;

/* Two nested locks and a single one: six events. */
static void *work(void *seed)
{
    unsigned random = (unsigned)(size_t)seed * 2654435761u + 1;
    for (long i = 0; i < rounds; i++) {
        random = random * 1664525u + 1013904223u;
        unsigned one = (random >> 8) % lock_count, other = (random >> 20) % lock_count;
        pthread_mutex_lock(&locks[one]);
        if (one < other) {
            pthread_mutex_lock(&locks[other]);
            pthread_mutex_unlock(&locks[other]);
        }
        pthread_mutex_unlock(&locks[one]);
        pthread_mutex_lock(&locks[other]);
        pthread_mutex_unlock(&locks[other]);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    long events = argc > 1 ? atol(argv[1]) : 1000000;
    long threads = argc > 2 ? atol(argv[2]) : 4;
    lock_count = argc > 3 ? (unsigned)atol(argv[3]) : 64;
    pthread_t others[THREADS_MOST];
    if (threads < 1 || threads > THREADS_MOST || lock_count < 1 || lock_count > LOCKS_MOST)
        return 2;
    for (unsigned i = 0; i < lock_count; i++)
        pthread_mutex_init(&locks[i], NULL);
    rounds = events / threads / 5;
    for (long i = 0; i < threads; i++)
        if (pthread_create(&others[i], NULL, work, (void *)i) != 0)
            return 1;
    for (long i = 0; i < threads; i++)
        pthread_join(others[i], NULL);
    return 0;
}
