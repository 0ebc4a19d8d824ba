/* SPDX-License-Identifier: MIT */
/*
 * Three threads each take one mutex and then its neighbour's, one after the other: a cycle of three that luck prevents.
 *
 *     first               second              third
 *     lock A, B
 *     unlock B, A
 *                         lock B, C
 *                         unlock C, B
 *                                             lock C, A
 *                                             unlock A, C
 */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER,
                       lock_c = PTHREAD_MUTEX_INITIALIZER;

static void *first(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_a));
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_lock(&lock_c));
    MUST(pthread_mutex_unlock(&lock_c));
    MUST(pthread_mutex_unlock(&lock_b));
    luck_pass();
    return unused;
}

static void *third(void *unused)
{
    luck_await(2);
    MUST(pthread_mutex_lock(&lock_c));
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_c));
    return unused;
}

int main(void)
{
    pthread_t threads[] = { START(first), START(second), START(third) };
    for (int i = 0; i < 3; i++)
        join(threads[i]);
}
