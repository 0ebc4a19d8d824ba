/* SPDX-License-Identifier: MIT */
/* A signal handler takes a mutex; a thread that holds it lets another signal come, which has a handler, too, and none that locks. */
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

static void other(int signal)
{
    (void)signal;
}

static void *worker(void *unused)
{
    sigset_t both, usr2, before;

    sigemptyset(&usr2);
    sigaddset(&usr2, SIGUSR2);
    both = usr2;
    sigaddset(&both, SIGUSR1);
    for (int i = 0; i < 3; i++) {
        MUST(pthread_sigmask(SIG_BLOCK, &both, &before));
        MUST(pthread_mutex_lock(&lock_a));
        MUST(pthread_sigmask(SIG_UNBLOCK, &usr2, NULL));
        MUST(pthread_mutex_unlock(&lock_a));
        MUST(pthread_sigmask(SIG_SETMASK, &before, NULL));
    }
    luck_pass();
    luck_await(2);
    return unused;
}

int main(void)
{
    signal(SIGUSR1, handler);
    signal(SIGUSR2, other);
    pthread_t thread = START(worker);
    luck_await(1);
    MUST(pthread_kill(thread, SIGUSR1));
    join(thread);
}
