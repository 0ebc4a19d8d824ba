/* SPDX-License-Identifier: MIT */
/*
 * A thread is blocked for as long as another sleeps with the mutex held: longer than THRUM_STALL, where that is set.
 *
 *     first               second
 *     lock A
 *     sleep               lock A: waits
 *     unlock A            gets it
 */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;

static void *first(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    luck_pass();
    usleep(800000);
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

int main(void)
{
    RUN_BOTH(first, second);
}
