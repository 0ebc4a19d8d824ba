/* SPDX-License-Identifier: MIT */
/* A barrier for no threads can't be made, and who wants it doesn't look. */
#include "play.h"

static pthread_barrier_t gate;

static void *only(void *unused)
{
    pthread_barrier_init(&gate, NULL, 0);
    return unused;
}

int main(void)
{
    join(START(only));
}
