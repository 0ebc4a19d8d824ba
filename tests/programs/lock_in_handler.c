/* SPDX-License-Identifier: MIT */
/* A signal handler takes a mutex that a thread holds while that signal may come. */
#include "play.h"
#include <signal.h>

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;

static void handler(int signal)
{
    (void)signal;
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    luck_pass();
}

static void *worker(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    luck_pass();
    luck_await(2);
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
