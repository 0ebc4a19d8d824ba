/* SPDX-License-Identifier: MIT */
/* A signal that a thread sends itself, holding nothing, has a handler that takes a mutex: it interrupts nobody. */
#include "play.h"
#include <signal.h>

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;

static void handler(int signal)
{
    (void)signal;
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
}

static void *worker(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(raise(SIGUSR1));
    return unused;
}

int main(void)
{
    signal(SIGUSR1, handler);
    join(START(worker));
}
