/* SPDX-License-Identifier: MIT */
/* A signal handler signals a condition, which isn't async-signal-safe. */
#include "play.h"
#include <signal.h>

static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;

static void handler(int signal)
{
    (void)signal;
    pthread_cond_signal(&turn);
    luck_pass();
}

static void *worker(void *unused)
{
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
