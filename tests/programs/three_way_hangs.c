/* SPDX-License-Identifier: MIT */
/*
 * Three threads each take one mutex, and then all want their neighbour's: a deadlock of three that happens.
 *
 *     first               second              third
 *     lock A
 *                         lock B
 *                                             lock C
 *     lock B: waits
 *                         lock C: waits
 *                                             lock A: waits
 */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER,
                       lock_c = PTHREAD_MUTEX_INITIALIZER;

static void *first(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    luck_meet(3);
    MUST(pthread_mutex_lock(&lock_b));
    return unused;
}

static void *second(void *unused)
{
    MUST(pthread_mutex_lock(&lock_b));
    luck_meet(3);
    MUST(pthread_mutex_lock(&lock_c));
    return unused;
}

static void *third(void *unused)
{
    MUST(pthread_mutex_lock(&lock_c));
    luck_meet(3);
    MUST(pthread_mutex_lock(&lock_a));
    return unused;
}

int main(void)
{
    pthread_t threads[] = { START(first), START(second), START(third) };
    for (int i = 0; i < 3; i++)
        join(threads[i]);
}
