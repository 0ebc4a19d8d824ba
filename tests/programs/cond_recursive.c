/* SPDX-License-Identifier: MIT */
/* A thread waits on a condition with a mutex that it has locked twice: nobody else can take it meanwhile. */
#include "play.h"

static pthread_mutex_t lock_a;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;

static void *only(void *unused)
{
    struct timespec past = {0};

    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_lock(&lock_a));
    MUST_GIVE(ETIMEDOUT, pthread_cond_timedwait(&turn, &lock_a, &past));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

int main(void)
{
    pthread_mutexattr_t attributes;

    MUST(pthread_mutexattr_init(&attributes));
    MUST(pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE));
    MUST(pthread_mutex_init(&lock_a, &attributes));
    join(START(only));
}
