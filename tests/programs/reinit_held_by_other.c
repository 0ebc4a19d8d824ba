/* SPDX-License-Identifier: MIT */
/* A mutex is initialised again while another thread holds it. */
#include "play.h"

static pthread_mutex_t lock_a;

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
    MUST(pthread_mutex_init(&lock_a, NULL));
    luck_pass();
    return unused;
}

int main(void)
{
    MUST(pthread_mutex_init(&lock_a, NULL));
    RUN_BOTH(first, second);
}
