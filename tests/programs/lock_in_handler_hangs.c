/* SPDX-License-Identifier: MIT */
/* A signal comes while the thread holds the mutex that the handler takes. */
#include "play.h"
#include <signal.h>

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;

static void handler(int signal)
{
    (void)signal;
    MUST(pthread_mutex_lock(&lock_a));
}

static void *worker(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    luck_pass();
    for (;;)
        pause();
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
