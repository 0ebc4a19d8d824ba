/* SPDX-License-Identifier: MIT */
/*
 * A routine that runs once takes a lock, and who holds the lock waits until it has run.
 *
 *     first                    second
 *     run the routine once
 *                              lock_a
 *                              wait until it has run
 *       wait for lock_a
 */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void routine(void)
{
    luck_pass();
    luck_await(2);
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
}

static void *first(void *unused)
{
    MUST(pthread_once(&once, routine));
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    MUST(pthread_mutex_lock(&lock_a));
    luck_pass();
    MUST(pthread_once(&once, routine));
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

int main(void)
{
    RUN_BOTH(first, second);
}
