/* SPDX-License-Identifier: MIT */
/*
 * Two threads walk a list, each holding at most two neighbours' mutexes, both in the same direction: nobody can be stuck.
 *
 *     first               second
 *     lock A, B
 *     unlock A
 *                         lock A
 *     lock C
 *     unlock B
 *                         lock B
 *                         unlock A
 *     unlock C
 *                         lock C
 *                         unlock B, C
 */
#include "play.h"

enum { NODES = 3 };
static pthread_mutex_t nodes[NODES] = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER };

static void walk(int steps_ahead)
{
    MUST(pthread_mutex_lock(&nodes[0]));
    for (int i = 1; i < NODES; i++) {
        MUST(pthread_mutex_lock(&nodes[i]));
        MUST(pthread_mutex_unlock(&nodes[i - 1]));
        if (steps_ahead-- > 0)
            luck_pass();
    }
    MUST(pthread_mutex_unlock(&nodes[NODES - 1]));
}

static void *first(void *unused)
{
    walk(1);
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    walk(0);
    return unused;
}

int main(void)
{
    RUN_BOTH(first, second);
}
