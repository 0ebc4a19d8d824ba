/* SPDX-License-Identifier: MIT */
/*
 * Opposite orders, but the main thread is through with its own before it starts the other: they can't meet.
 *
 *     main                second
 *     lock A, B
 *     unlock B, A
 *     create second
 *                         lock B, A
 *                         unlock A, B
 *     join second
 */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;

static void *second(void *unused)
{
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_b));
    return unused;
}

int main(void)
{
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_a));
    join(START(second));
}
