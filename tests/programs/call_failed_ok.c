/* SPDX-License-Identifier: MIT */
/* A barrier for no threads can't be made, and who wants it looks. */
#include "play.h"

static pthread_barrier_t gate;

static void *only(void *unused)
{
    if (pthread_barrier_init(&gate, NULL, 0) != 0)
        luck_pass();
    int result = pthread_barrier_init(&gate, NULL, 0);
    MUST_GIVE(EINVAL, result);
    return unused;
}

int main(void)
{
    join(START(only));
}
