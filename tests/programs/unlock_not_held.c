/* SPDX-License-Identifier: MIT */
/* A thread unlocks a mutex that nobody holds. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;

static void *only(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

int main(void)
{
    join(START(only));
}
