/* SPDX-License-Identifier: MIT */
/* A signal handler takes a mutex under which another thread takes a second one, which a thread holds while that signal may come. */
#include "play.h"
#include <signal.h>

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;

static void handler(int signal)
{
    (void)signal;
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    luck_pass();
}

static void *other(void *unused)
{
    sigset_t usr1;

    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    MUST(pthread_sigmask(SIG_BLOCK, &usr1, NULL));
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_a));
    luck_pass();
    return unused;
}

static void *worker(void *unused)
{
    luck_await(1);
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_b));
    luck_pass();
    luck_await(3);
    return unused;
}

int main(void)
{
    signal(SIGUSR1, handler);
    pthread_t one = START(other), two = START(worker);
    luck_await(2);
    MUST(pthread_kill(two, SIGUSR1));
    join(one);
    join(two);
}
