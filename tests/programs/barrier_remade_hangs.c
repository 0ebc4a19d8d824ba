/* SPDX-License-Identifier: MIT */
/* A barrier is made anew while a thread waits at it: that thread will wait for ever. */
#include "play.h"

static pthread_barrier_t gate;
static atomic_int early_tid;

static void *early(void *unused)
{
    early_tid = gettid();
    pthread_barrier_wait(&gate);
    return unused;
}

static void *maker(void *unused)
{
    await_futex(&early_tid);
    MUST(pthread_barrier_init(&gate, NULL, 2));
    return unused;
}

int main(void)
{
    MUST(pthread_barrier_init(&gate, NULL, 2));
    RUN_BOTH(early, maker);
}
