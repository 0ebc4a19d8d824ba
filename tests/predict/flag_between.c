/* SPDX-License-Identifier: MIT */
/* Two locks in opposite orders, by second only once it has seen under a third lock that first is through. */
#include "small.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER, door = PTHREAD_MUTEX_INITIALIZER;
static bool is_done;

static void *first(void *unused)
{
    UNDER(lock_a, lock_b);
    MUST(pthread_mutex_lock(&door));
    is_done = true;
    MUST(pthread_mutex_unlock(&door));
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    MUST(pthread_mutex_lock(&door));
    bool done = is_done;
    MUST(pthread_mutex_unlock(&door));
    if (done)
        UNDER(lock_b, lock_a);
    return unused;
}

int main(void)
{
    RUN_BOTH(first, second);
}
