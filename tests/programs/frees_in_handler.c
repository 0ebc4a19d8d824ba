/* SPDX-License-Identifier: MIT */
/* A signal handler frees memory, another ends the process: neither is async-signal-safe, and each is told of once. */
#include "play.h"
#include <signal.h>

static void *volatile block;
static pthread_t whole;

static void on_usr1(int signal)
{
    (void)signal;
    free(block);
    luck_pass();
}

static void on_usr2(int signal)
{
    (void)signal;
    exit(0);
}

static void *sender(void *unused)
{
    MUST(pthread_kill(whole, SIGUSR1));
    luck_await(1);
    MUST(pthread_kill(whole, SIGUSR2));
    return unused;
}

int main(void)
{
    whole = pthread_self();
    block = malloc(10);
    signal(SIGUSR1, on_usr1);
    signal(SIGUSR2, on_usr2);
    MUST(pthread_detach(START(sender)));
    for (;;)
        pause();
}
