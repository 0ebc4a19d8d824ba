/* SPDX-License-Identifier: MIT */
/*
 * Opposite orders, but the second mutex is only tried for, and who doesn't get it lets go of the first: nobody waits.
 *
 *     first               second
 *     lock A
 *                         lock B
 *     try B: busy
 *                         try A: busy
 *     unlock A
 *                         unlock B
 *     lock A, try B
 *     unlock B, A
 *                         lock B, try A
 *                         unlock A, B
 */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;

static void *first(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    luck_meet(2);
    MUST_GIVE(EBUSY, pthread_mutex_trylock(&lock_b));
    luck_meet(4);
    MUST(pthread_mutex_unlock(&lock_a));
    luck_meet(6);
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_trylock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_a));
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    MUST(pthread_mutex_lock(&lock_b));
    luck_meet(2);
    MUST_GIVE(EBUSY, pthread_mutex_trylock(&lock_a));
    luck_meet(4);
    MUST(pthread_mutex_unlock(&lock_b));
    luck_meet(6);
    luck_await(7);
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_trylock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_b));
    return unused;
}

int main(void)
{
    RUN_BOTH(first, second);
}
