/* SPDX-License-Identifier: MIT */
/* A thread waits on a condition with a mutex that another thread holds. */
#include "play.h"

static pthread_mutex_t lock_a;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;

static void *first(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    luck_pass();
    luck_await(2);
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    MUST_GIVE(EPERM, pthread_cond_wait(&turn, &lock_a));
    luck_pass();
    return unused;
}

int main(void)
{
    pthread_mutexattr_t attributes;

    MUST(pthread_mutexattr_init(&attributes));
    MUST(pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK));
    MUST(pthread_mutex_init(&lock_a, &attributes));
    RUN_BOTH(first, second);
}
