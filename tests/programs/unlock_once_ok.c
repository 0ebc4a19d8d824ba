/* SPDX-License-Identifier: MIT */
/* Each lock is unlocked once, by its holder, also where it was taken by a try, in time, or as a condition was waited for. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;

static void *only(void *unused)
{
    struct timespec past = {0}, soon;

    MUST(pthread_mutex_trylock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    clock_gettime(CLOCK_REALTIME, &soon);
    soon.tv_sec += 60;
    MUST(pthread_mutex_timedlock(&lock_a, &soon));
    MUST_GIVE(ETIMEDOUT, pthread_cond_timedwait(&turn, &lock_a, &past));
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

int main(void)
{
    join(START(only));
}
