/* SPDX-License-Identifier: MIT */
/*
 * A condition, waited for and signalled as it should be. The wait drops the mutex, so the waker isn't kept out.
 *
 *     consumer            producer
 *     lock M
 *     wait C, drops M
 *                         lock M
 *                         signal C
 *                         unlock M
 *     ... has M
 *     unlock M
 */
#include <stdbool.h>
#include "play.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
static bool full;

static void *consumer(void *unused)
{
    MUST(pthread_mutex_lock(&mutex));
    luck_pass();
    while (!full)
        MUST(pthread_cond_wait(&filled, &mutex));
    MUST(pthread_mutex_unlock(&mutex));
    return unused;
}

static void *producer(void *unused)
{
    luck_await(1);
    MUST(pthread_mutex_lock(&mutex));
    full = true;
    MUST(pthread_cond_signal(&filled));
    MUST(pthread_mutex_unlock(&mutex));
    return unused;
}

int main(void)
{
    RUN_BOTH(consumer, producer);
}
