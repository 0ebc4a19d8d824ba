/* SPDX-License-Identifier: MIT */
/* Prints what an uncontended lock and unlock of a mutex cost, in nanoseconds: the mean of a round, after a warm-up. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t idle = PTHREAD_MUTEX_INITIALIZER;

/* A second thread, blocked all the while: with just one, glibc leaves out the atomics, here and nowhere else. */
static void *company(void *unused)
{
    pthread_mutex_lock(&idle);
    return unused;
}

static double round_of(long pairs)
{
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (long i = 0; i < pairs; i++) {
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    return ((end.tv_sec - begin.tv_sec) * 1e9 + (end.tv_nsec - begin.tv_nsec)) / pairs;
}

int main(int argc, char **argv)
{
    long pairs = argc > 1 ? atol(argv[1]) : 1000000;
    pthread_t thread;
    pthread_mutex_lock(&idle);
    if (pthread_create(&thread, NULL, company, NULL) != 0)
        return 1;
    round_of(pairs / 10);
    printf("%.2f\n", round_of(pairs));
    return 0;
}
