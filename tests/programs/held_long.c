/* SPDX-License-Identifier: MIT */
/* A thread holds a mutex for longer than THRUM_HELD, where that is set, and another one not so long. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;

static void *only(void *unused)
{
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_b));
    MUST(pthread_mutex_lock(&lock_a));
    usleep(300000);
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

int main(void)
{
    join(START(only));
}
