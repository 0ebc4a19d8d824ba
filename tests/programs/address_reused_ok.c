/* SPDX-License-Identifier: MIT */
/*
 * Two mutexes are destroyed and two others made at the same addresses. The opposite orders are those of different locks.
 *
 *     first               second
 *     init A, B
 *     lock A, B
 *     unlock B, A
 *     destroy A, B
 *                         init A, B
 *                         lock B, A
 *                         unlock A, B
 *                         destroy A, B
 */
#include "play.h"

static pthread_mutex_t lock_a, lock_b;

static void *first(void *unused)
{
    MUST(pthread_mutex_init(&lock_a, NULL));
    MUST(pthread_mutex_init(&lock_b, NULL));
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(pthread_mutex_destroy(&lock_a));
    MUST(pthread_mutex_destroy(&lock_b));
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    MUST(pthread_mutex_init(&lock_a, NULL));
    MUST(pthread_mutex_init(&lock_b, NULL));
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_b));
    MUST(pthread_mutex_destroy(&lock_a));
    MUST(pthread_mutex_destroy(&lock_b));
    return unused;
}

int main(void)
{
    RUN_BOTH(first, second);
}
