/* SPDX-License-Identifier: MIT */
/* A handler takes lock_b while nothing is held; second takes both, and nobody the other way round. */
#include "small.h"
#include <signal.h>

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;

static void handle(int signal)
{
    (void)signal;
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_b));
}

static void *first(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    raise(SIGUSR1);
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    UNDER(lock_b, lock_a);
    return unused;
}

int main(void)
{
    struct sigaction action = {.sa_handler = handle};
    MUST_SEM(sigaction(SIGUSR1, &action, NULL));
    RUN_BOTH(first, second);
}
