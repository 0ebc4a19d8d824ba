/* SPDX-License-Identifier: MIT */
/* A signal handler takes a recursive mutex, which its thread may hold already. */
#include "play.h"
#include <signal.h>

static pthread_mutex_t lock_a;

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
    luck_pass();
    luck_await(2);
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

int main(void)
{
    pthread_mutexattr_t attributes;

    MUST(pthread_mutexattr_init(&attributes));
    MUST(pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE));
    MUST(pthread_mutex_init(&lock_a, &attributes));
    signal(SIGUSR1, handler);
    pthread_t thread = START(worker);
    luck_await(1);
    MUST(pthread_kill(thread, SIGUSR1));
    join(thread);
}
