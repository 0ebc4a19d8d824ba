/* SPDX-License-Identifier: MIT */
/*
 * Two threads take two mutexes in opposite orders, both in the middle at once: a deadlock that happens.
 *
 *     first               second
 *     lock A
 *                         lock B
 *     lock B: waits
 *                         lock A: waits
 */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;

static void *first(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    luck_meet(2);
    MUST(pthread_mutex_lock(&lock_b));
    return unused;
}

static void *second(void *unused)
{
    MUST(pthread_mutex_lock(&lock_b));
    luck_meet(2);
    MUST(pthread_mutex_lock(&lock_a));
    return unused;
}

int main(void)
{
    RUN_BOTH(first, second);
}
