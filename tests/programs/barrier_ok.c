/* SPDX-License-Identifier: MIT */
/* Threads pass a barrier several times, and the last to leave destroys it at once, as POSIX allows. */
#include "play.h"

static pthread_barrier_t gate;

static void *walker(void *unused)
{
    for (int i = 0; i < 20; i++)
        pthread_barrier_wait(&gate);
    if (pthread_barrier_wait(&gate) == PTHREAD_BARRIER_SERIAL_THREAD)
        MUST(pthread_barrier_destroy(&gate));
    return unused;
}

int main(void)
{
    pthread_t threads[4];

    MUST(pthread_barrier_init(&gate, NULL, 4));
    for (int i = 0; i < 4; i++)
        threads[i] = START(walker);
    for (int i = 0; i < 4; i++)
        join(threads[i]);
}
