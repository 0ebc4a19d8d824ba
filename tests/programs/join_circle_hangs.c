/* SPDX-License-Identifier: MIT */
/*
 * Three threads each join the next: all wait for an end that can't come. (Of two, glibc would refuse the second.)
 *
 *     first               second              third
 *     join second: waits
 *                         join third: waits
 *                                             join first: waits
 */
#include "play.h"

static pthread_t threads[3];

static void *first(void *unused)
{
    luck_await(1);
    join(threads[1]);
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    join(threads[2]);
    return unused;
}

static void *third(void *unused)
{
    luck_await(1);
    join(threads[0]);
    return unused;
}

int main(void)
{
    threads[0] = START(first);
    threads[1] = START(second);
    threads[2] = START(third);
    luck_pass();
    pthread_exit(NULL); /* nothing is left for the main thread to wait for */
}
