/* SPDX-License-Identifier: MIT */
/* A thread destroys a mutex that another holds. */
#include "play.h"

static pthread_mutex_t lock_a;

static void *first(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    luck_pass();
    luck_await(2);
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    MUST_GIVE(EBUSY, pthread_mutex_destroy(&lock_a));
    luck_pass();
    return unused;
}

int main(void)
{
    MUST(pthread_mutex_init(&lock_a, NULL));
    RUN_BOTH(first, second);
}
