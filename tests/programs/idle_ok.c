/* SPDX-License-Identifier: MIT */
/* A thread waits for work, and main for that thread, longer than THRUM_STALL: nobody holds what they wait for. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work = PTHREAD_COND_INITIALIZER;
static bool there;

static void *idle(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    while (!there)
        MUST(pthread_cond_wait(&work, &lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

static void *late(void *unused)
{
    usleep(500000);
    MUST(pthread_mutex_lock(&lock_a));
    there = true;
    MUST(pthread_cond_signal(&work));
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

int main(void)
{
    RUN_BOTH(idle, late);
}
