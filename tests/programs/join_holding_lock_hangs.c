/* SPDX-License-Identifier: MIT */
/*
 * The main thread joins a thread while it holds the mutex that this thread needs in order to end.
 *
 *     main                worker
 *     lock A
 *     create worker
 *     join worker: waits
 *                         lock A: waits
 */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;

static void *worker(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

int main(void)
{
    MUST(pthread_mutex_lock(&lock_a));
    join(START(worker));
}
