/* SPDX-License-Identifier: MIT */
/*
 * Opposite orders, but one of the two threads waits with a timeout and then lets go: both get through in the end.
 *
 *     first               second
 *     lock A
 *                         lock B
 *     timedlock B: waits
 *                         lock A: waits
 *     ETIMEDOUT
 *     unlock A
 *                         ... has A
 *                         unlock A, B
 */
#include <time.h>
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;

static void *first(void *unused)
{
    struct timespec deadline;
    MUST(pthread_mutex_lock(&lock_a));
    luck_meet(2);
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += 1; /* the other thread doesn't let go, so how long it is doesn't matter */
    MUST_GIVE(ETIMEDOUT, pthread_mutex_timedlock(&lock_b, &deadline));
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

static void *second(void *unused)
{
    MUST(pthread_mutex_lock(&lock_b));
    luck_meet(2);
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_b));
    return unused;
}

int main(void)
{
    RUN_BOTH(first, second);
}
