/* SPDX-License-Identifier: MIT */
/*
 * Takes a lock now and then, and prints what CLOCK_MONOTONIC says right before and right after, in nanoseconds: a recorder's
 * time of the acquire lies between. clock SECONDS [PAUSE_US]: for so long; with so long a pause after each eight, which
 * follow each other closely enough to meet a line of the recorder's clock at its begin and towards its end.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static uint64_t monotonic_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

int main(int argc, char **argv)
{
    uint64_t seconds = argc > 1 ? strtoull(argv[1], NULL, 10) : 2;
    long pause_us = argc > 2 ? atol(argv[2]) : 1000;
    const struct timespec pause = {pause_us / 1000000, pause_us % 1000000 * 1000}, little = {0, 250000};
    uint64_t begin = monotonic_ns(), before, after;

    for (unsigned i = 1; monotonic_ns() - begin < seconds * 1000000000; i++) {
        before = monotonic_ns();
        pthread_mutex_lock(&mutex);
        after = monotonic_ns();
        pthread_mutex_unlock(&mutex);
        printf("%llu %llu\n", (unsigned long long)before, (unsigned long long)after);
        nanosleep(i % 8 ? &little : &pause, NULL);
    }
    return 0;
}
