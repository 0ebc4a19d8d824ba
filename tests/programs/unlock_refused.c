/* SPDX-License-Identifier: MIT */
/* A recursive mutex refuses to be unlocked once too often, and the thread doesn't look. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

static void *only(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_lock(&lock_a));
    pthread_mutex_unlock(&lock_a);
    pthread_mutex_unlock(&lock_a);
    pthread_mutex_unlock(&lock_a);
    return unused;
}

int main(void)
{
    join(START(only));
}
