/* SPDX-License-Identifier: MIT */
/*
 * Two threads hammer one lock, each on a processor of its own, else they would take turns and hardly ever meet: prints millions
 * of lock+unlock pairs a second, all threads together.
 * contend [PAIRS [THREADS [WORK]]]: WORK is turns of a loop done with the lock held, and as many without.
 */
#define _GNU_SOURCE /* CPU_SET */
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
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

/* Where there are fewer processors than threads, some share one. */
static void stay_on(int processor)
{
    cpu_set_t all, one;

    if (sched_getaffinity(0, sizeof(all), &all) != 0)
        return;
    processor %= CPU_COUNT(&all);
    for (int i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET((size_t)i, &all) && processor-- == 0) {
            CPU_ZERO(&one);
            CPU_SET((size_t)i, &one);
            sched_setaffinity(0, sizeof(one), &one);
        }
}

static void *hammer(void *number)
{
    stay_on((int)(intptr_t)number);
    pthread_barrier_wait(&barrier);
    for (long i = 0; i < pairs; i++) {
        pthread_mutex_lock(&mutex);
        shared++;
        turn(work);
        pthread_mutex_unlock(&mutex);
        turn(work);
    }
    return NULL;
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
    for (intptr_t i = 0; i < threads; i++)
        if (pthread_create(&others[i], NULL, hammer, (void *)i) != 0)
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
