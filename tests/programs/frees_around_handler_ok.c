/* SPDX-License-Identifier: MIT */
/* A handler sets a flag; the program frees memory then. Another, of a signal that it sends itself, may do as it likes. */
#include "play.h"
#include <signal.h>

static atomic_int came;
static pthread_t whole;

static void on_usr1(int signal)
{
    (void)signal;
    atomic_store(&came, 1);
}

static void on_usr2(int signal)
{
    (void)signal;
    free(malloc(10));
}

static void *sender(void *unused)
{
    MUST(pthread_kill(whole, SIGUSR1));
    return unused;
}

int main(void)
{
    void *block = malloc(10);
    whole = pthread_self();
    signal(SIGUSR1, on_usr1);
    signal(SIGUSR2, on_usr2);
    pthread_t thread = START(sender);
    while (!atomic_load(&came))
        sched_yield();
    free(block);
    raise(SIGUSR2);
    join(thread);
}
