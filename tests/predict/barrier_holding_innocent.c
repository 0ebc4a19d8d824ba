/* SPDX-License-Identifier: MIT */
/* First comes to the barrier with the account locked; second needs it only behind the barrier. */
#include "small.h"

static pthread_mutex_t account = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t half;

static void *first(void *unused)
{
    MUST(pthread_mutex_lock(&account));
    meet(&half);
    MUST(pthread_mutex_unlock(&account));
    return unused;
}

static void *second(void *unused)
{
    meet(&half);
    MUST(pthread_mutex_lock(&account));
    MUST(pthread_mutex_unlock(&account));
    return unused;
}

int main(void)
{
    MUST(pthread_barrier_init(&half, NULL, 2));
    RUN_BOTH(first, second);
}
