/* SPDX-License-Identifier: MIT */
/* Benchmarks of primitives beside their peers: what a candidate is, and threads to run it in. */
#ifndef THRUM_BENCH_PRIMITIVES_H
#define THRUM_BENCH_PRIMITIVES_H

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* One way to do the same work; the first of a contest is thrum's. */
struct candidate {
    const char *name; /* NULL ends the list */
    /* Nanoseconds for each of `count` operations. */
    double (*run)(long count);
};

struct contest {
    const char *title;
    long count;
    struct candidate candidates[4];
};

extern const struct contest lock_contests[], queue_contests[], pool_contests[];

static inline double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e9 + time.tv_nsec;
}

/* Nanoseconds from when all threads are ready until all have ended, for functions that get count/threads each. */
double in_threads(int threads, long count, void (*work[])(long count));

#endif
