/* SPDX-License-Identifier: MIT */
/*
 * One thread takes two mutexes in one order and later in the other: it can't wait for itself, so it is no bug.
 *
 *     only
 *     lock A, B
 *     unlock B, A
 *     lock B, A
 *     unlock A, B
 */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;

static void *only(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_b));
    return unused;
}

int main(void)
{
    join(START(only));
}
