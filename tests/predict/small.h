/* SPDX-License-Identifier: MIT */
/* What the programs here share beside play.h: the commonest nest of two locks. */
#ifndef THRUM_TESTS_SMALL_H
#define THRUM_TESTS_SMALL_H

#include <stdbool.h>
#include <time.h>
#include "../programs/play.h"

/* Takes two mutexes, one under the other, and gives them back. */
#define UNDER(outer, inner)                      \
    do {                                         \
        MUST(pthread_mutex_lock(&(outer)));      \
        MUST(pthread_mutex_lock(&(inner)));      \
        MUST(pthread_mutex_unlock(&(inner)));    \
        MUST(pthread_mutex_unlock(&(outer)));    \
    } while (0)

/* Waits at a barrier; one of those that do is told so. */
static inline void meet(pthread_barrier_t *barrier)
{
    int result = pthread_barrier_wait(barrier);
    must(result == PTHREAD_BARRIER_SERIAL_THREAD ? 0 : result, 0, "pthread_barrier_wait");
}

#endif
