/* SPDX-License-Identifier: MIT */
/*
 * A cycle of three mutexes of which one thread would have to hold two ends at once: no two threads, let alone three,
 * can stop each other here, because the first takes C only after it has let go of A.
 *
 *     first               second
 *     lock A
 *     lock B
 *     unlock A
 *     lock C
 *     unlock C, B
 *                         lock C
 *                         lock A
 *                         unlock A, C
 */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER,
                       lock_c = PTHREAD_MUTEX_INITIALIZER;

static void *first(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(pthread_mutex_lock(&lock_c));
    MUST(pthread_mutex_unlock(&lock_c));
    MUST(pthread_mutex_unlock(&lock_b));
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    MUST(pthread_mutex_lock(&lock_c));
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_c));
    return unused;
}

int main(void)
{
    RUN_BOTH(first, second);
}
