/* SPDX-License-Identifier: MIT */
/* A signal handler takes a mutex; a thread takes it with that signal blocked, but lets it come before it gives the mutex back. */
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
    sigset_t usr1, before;

    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    for (int i = 0; i < 3; i++) {
        MUST(pthread_sigmask(SIG_BLOCK, &usr1, &before));
        MUST(pthread_mutex_lock(&lock_a));
        MUST(pthread_sigmask(SIG_SETMASK, &before, NULL));
        MUST(pthread_mutex_unlock(&lock_a));
    }
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
