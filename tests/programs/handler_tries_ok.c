/* SPDX-License-Identifier: MIT */
/* A signal handler tries a mutex, and goes without it where it isn't free. */
#include "play.h"
#include <signal.h>

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;

static void handler(int signal)
{
    (void)signal;
    if (pthread_mutex_trylock(&lock_a) == 0)
        MUST(pthread_mutex_unlock(&lock_a));
    luck_pass();
}

static void *worker(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    luck_pass();
    luck_await(2);
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

int main(void)
{
    signal(SIGUSR1, handler);
    pthread_t thread = START(worker);
    luck_await(1);
    MUST(pthread_kill(thread, SIGUSR1));
    join(thread);
}
