/* SPDX-License-Identifier: MIT */
/* Both take the locks behind the barrier: they may meet. */
#include "small.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t half;

static void *first(void *unused)
{
    meet(&half);
    UNDER(lock_a, lock_b);
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    meet(&half);
    luck_await(1);
    UNDER(lock_b, lock_a);
    return unused;
}

int main(void)
{
    MUST(pthread_barrier_init(&half, NULL, 2));
    RUN_BOTH(first, second);
}
