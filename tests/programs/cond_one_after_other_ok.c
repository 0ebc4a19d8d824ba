/* SPDX-License-Identifier: MIT */
/* A condition is used with one mutex, and when nobody waits on it any more, with another. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;

static void *only(void *unused)
{
    struct timespec past = {0};

    MUST(pthread_mutex_lock(&lock_a));
    MUST_GIVE(ETIMEDOUT, pthread_cond_timedwait(&turn, &lock_a, &past));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(pthread_mutex_lock(&lock_b));
    MUST_GIVE(ETIMEDOUT, pthread_cond_timedwait(&turn, &lock_b, &past));
    MUST(pthread_mutex_unlock(&lock_b));
    return unused;
}

int main(void)
{
    join(START(only));
}
