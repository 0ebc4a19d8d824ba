/* SPDX-License-Identifier: MIT */
/* First wakes second before it takes the locks itself: they may meet. */
#include "small.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t door = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t opened = PTHREAD_COND_INITIALIZER;
static bool is_open;

static void *first(void *unused)
{
    luck_await(1);
    MUST(pthread_mutex_lock(&door));
    is_open = true;
    MUST(pthread_cond_signal(&opened));
    MUST(pthread_mutex_unlock(&door));
    UNDER(lock_a, lock_b);
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    MUST(pthread_mutex_lock(&door));
    luck_pass();
    while (!is_open)
        MUST(pthread_cond_wait(&opened, &door));
    MUST(pthread_mutex_unlock(&door));
    luck_await(2);
    UNDER(lock_b, lock_a);
    return unused;
}

int main(void)
{
    RUN_BOTH(first, second);
}
