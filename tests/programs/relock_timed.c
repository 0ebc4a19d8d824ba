/* SPDX-License-Identifier: MIT */
/* A thread waits, until a timeout, for a mutex that it holds. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;

static void *only(void *unused)
{
    struct timespec soon;

    MUST(pthread_mutex_lock(&lock_a));
    clock_gettime(CLOCK_REALTIME, &soon);
    soon.tv_nsec += 1000000;
    soon.tv_sec += soon.tv_nsec / 1000000000;
    soon.tv_nsec %= 1000000000;
    MUST_GIVE(ETIMEDOUT, pthread_mutex_timedlock(&lock_a, &soon));
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

int main(void)
{
    join(START(only));
}
