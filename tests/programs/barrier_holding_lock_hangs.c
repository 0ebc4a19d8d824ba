/* SPDX-License-Identifier: MIT */
/* A thread waits at a barrier with a mutex held that another needs to get there. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t gate;

static void *first(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    luck_pass();
    pthread_barrier_wait(&gate);
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    pthread_barrier_wait(&gate);
    return unused;
}

int main(void)
{
    MUST(pthread_barrier_init(&gate, NULL, 2));
    RUN_BOTH(first, second);
}
