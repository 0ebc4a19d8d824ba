/* SPDX-License-Identifier: MIT */
/*
 * A recursive mutex is taken again by its holder, also with another mutex in between: B is taken under A, and A, which
 * is held already, under B. No order is inverted, and nobody waits.
 *
 *     first               second
 *     lock A, A, B, A
 *     unlock A, B, A, A
 *                         lock A, B
 *                         unlock B, A
 */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP, lock_b = PTHREAD_MUTEX_INITIALIZER;

static void *first(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

int main(void)
{
    RUN_BOTH(first, second);
}
