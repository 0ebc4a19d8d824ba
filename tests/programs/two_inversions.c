/* SPDX-License-Identifier: MIT */
/*
 * Two inversions that have nothing to do with each other: two findings.
 *
 *     first               second
 *     lock A, B
 *     unlock B, A
 *     lock C, D
 *     unlock D, C
 *                         lock B, A
 *                         unlock A, B
 *                         lock D, C
 *                         unlock C, D
 */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER,
                       lock_c = PTHREAD_MUTEX_INITIALIZER, lock_d = PTHREAD_MUTEX_INITIALIZER;

static void *first(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(pthread_mutex_lock(&lock_c));
    MUST(pthread_mutex_lock(&lock_d));
    MUST(pthread_mutex_unlock(&lock_d));
    MUST(pthread_mutex_unlock(&lock_c));
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_b));
    MUST(pthread_mutex_lock(&lock_d));
    MUST(pthread_mutex_lock(&lock_c));
    MUST(pthread_mutex_unlock(&lock_c));
    MUST(pthread_mutex_unlock(&lock_d));
    return unused;
}

int main(void)
{
    RUN_BOTH(first, second);
}
