/* SPDX-License-Identifier: MIT */
/*
 * Opposite orders, but the first thread has ended and was joined before the second is started: they can't meet.
 *
 *     main                first               second
 *     create first
 *                         lock A, B
 *                         unlock B, A
 *     join first
 *     create second
 *                                             lock B, A
 *                                             unlock A, B
 *     join second
 */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;

static void *first(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

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
    join(START(first));
    join(START(second));
}
