/* SPDX-License-Identifier: MIT */
/*
 * main joins with the account locked that the worker takes, but only once the worker has told it that it needs it no more:
 * through a condition, which main finds met without waiting.
 *
 *     main                          worker
 *                                   lock and unlock the account
 *                                   say that it is done
 *     see that it is done
 *     lock the account
 *     join
 */
#include "play.h"

static pthread_mutex_t account = PTHREAD_MUTEX_INITIALIZER, door = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t told = PTHREAD_COND_INITIALIZER;
static bool is_done;

static void *worker(void *unused)
{
    MUST(pthread_mutex_lock(&account));
    MUST(pthread_mutex_unlock(&account));
    MUST(pthread_mutex_lock(&door));
    is_done = true;
    MUST(pthread_cond_signal(&told));
    MUST(pthread_mutex_unlock(&door));
    luck_pass();
    return unused;
}

int main(void)
{
    pthread_t thread = START(worker);
    luck_await(1);
    MUST(pthread_mutex_lock(&door));
    while (!is_done)
        MUST(pthread_cond_wait(&told, &door));
    MUST(pthread_mutex_unlock(&door));
    MUST(pthread_mutex_lock(&account));
    join(thread);
    MUST(pthread_mutex_unlock(&account));
}
