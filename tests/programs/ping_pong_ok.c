/* SPDX-License-Identifier: MIT */
/* Two threads take turns: each wakes the other and waits, while main waits for both. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t gate;
static sem_t ball[2];
static int whose;

static void play_with(int mine)
{
    for (int i = 0; i < 300; i++) {
        MUST(pthread_mutex_lock(&lock_a));
        while (whose != mine)
            MUST(pthread_cond_wait(&turn, &lock_a));
        whose = !mine;
        MUST(pthread_cond_broadcast(&turn));
        MUST(pthread_mutex_unlock(&lock_a));
        MUST_SEM(sem_post(&ball[!mine]));
        MUST_SEM(sem_wait(&ball[mine]));
        pthread_barrier_wait(&gate);
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
    MUST(pthread_barrier_init(&gate, NULL, 2));
    MUST_SEM(sem_init(&ball[0], 0, 0));
    MUST_SEM(sem_init(&ball[1], 0, 0));
    RUN_BOTH(ping, pong);
}
