/* SPDX-License-Identifier: MIT */
/* A thread unlocks a mutex that another holds. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;

static void *first(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    luck_pass();
    luck_await(2);
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    MUST(pthread_mutex_unlock(&lock_a));
    luck_pass();
    return unused;
}

int main(void)
{
    RUN_BOTH(first, second);
}
