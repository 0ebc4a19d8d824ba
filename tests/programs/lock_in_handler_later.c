/* SPDX-License-Identifier: MIT */
/* A signal handler takes a mutex first, and a thread holds it afterwards while that signal may come again. */
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
    luck_await(1);
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

int main(void)
{
    signal(SIGUSR1, handler);
    kill(getpid(), SIGUSR1);
    join(START(worker));
}
