/* SPDX-License-Identifier: MIT */
/* Two threads wake each other in turn, often: each may be woken between finding that it must wait and doing so. */
#include "play.h"

static sem_t ball[2];

static void play_with(int mine)
{
    for (int i = 0; i < 10000; i++) {
        MUST_SEM(sem_post(&ball[!mine]));
        MUST_SEM(sem_wait(&ball[mine]));
    }
}

static void *ping(void *unused)
{
    play_with(0);
    return unused;
}

static void *pong(void *unused)
{
    play_with(1);
    return unused;
}

int main(void)
{
    MUST_SEM(sem_init(&ball[0], 0, 0));
    MUST_SEM(sem_init(&ball[1], 0, 0));
    RUN_BOTH(ping, pong);
}
