/* SPDX-License-Identifier: MIT */
/*
 * Two threads hammer one lock: prints millions of lock+unlock pairs a second, all threads together.
 * contend [PAIRS [THREADS [WORK]]]: WORK is turns of a loop done with the lock held, and as many without.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t barrier;
static long pairs, work;
static unsigned long shared;

static void turn(long turns)
{
    for (long i = 0; i < turns; i++)
        __asm__ volatile("" ::: "memory");
}

static void *hammer(void *unused)
{
    pthread_barrier_wait(&barrier);
    for (long i = 0; i < pairs; i++) {
        pthread_mutex_lock(&mutex);
        shared++;
        turn(work);
        pthread_mutex_unlock(&mutex);
        turn(work);
    }
    return unused;
}

int main(int argc, char **argv)
{
    pairs = argc > 1 ? atol(argv[1]) : 1000000;
    int threads = argc > 2 ? atoi(argv[2]) : 2;
    work = argc > 3 ? atol(argv[3]) : 0;
    pthread_t others[64];
    struct timespec begin, end;
    if (threads < 1 || threads > 64)
        return 2;
    pthread_barrier_init(&barrier, NULL, (unsigned)threads + 1);
    for (int i = 0; i < threads; i++)
        if (pthread_create(&others[i], NULL, hammer, NULL) != 0)
            return 1;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < threads; i++)
        pthread_join(others[i], NULL);
    clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds = (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
    printf("%.3f\n", (double)shared / seconds / 1e6);
    return shared == (unsigned long)(pairs * threads) ? 0 : 1;
}
