/* SPDX-License-Identifier: MIT */
/* A thread ends, and is neither joined nor detached. */
#include "play.h"

static atomic_int forgotten_tid;

static void *forgotten(void *unused)
{
    forgotten_tid = gettid();
    return unused;
}

int main(void)
{
    char path[64];

    START(forgotten);
    do {
        sched_yield();
        snprintf(path, sizeof(path), "/proc/self/task/%d", forgotten_tid);
    } while (!forgotten_tid || access(path, F_OK) == 0);
}
