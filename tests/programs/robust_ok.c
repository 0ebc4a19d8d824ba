/* SPDX-License-Identifier: MIT */
/* A robust mutex whose holder ends is made consistent by the next one. */
#include "play.h"

static pthread_mutex_t lock_a;

static void *first(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    return unused;
}

static void *second(void *unused)
{
    MUST_GIVE(EOWNERDEAD, pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_consistent(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

int main(void)
{
    pthread_mutexattr_t attributes;

    MUST(pthread_mutexattr_init(&attributes));
    MUST(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST));
    MUST(pthread_mutex_init(&lock_a, &attributes));
    join(START(first));
    join(START(second));
    MUST(pthread_mutex_destroy(&lock_a));
}
