/* SPDX-License-Identifier: MIT */
/* A barrier is destroyed while a thread waits at it and another has still to come. */
#include "play.h"

static pthread_barrier_t gate;
static atomic_int early_tid;

static void *early(void *unused)
{
    early_tid = gettid();
    pthread_barrier_wait(&gate);
    return unused;
}

static void *destroyer(void *unused)
{
    await_futex(&early_tid);
    MUST(pthread_barrier_destroy(&gate));
    return unused;
}

int main(void)
{
    MUST(pthread_barrier_init(&gate, NULL, 2));
    RUN_BOTH(early, destroyer);
}
