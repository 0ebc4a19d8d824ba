/* SPDX-License-Identifier: MIT */
/* A thread waits on a condition with a mutex that it doesn't hold. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;

static void *only(void *unused)
{
    struct timespec past = {0};

    pthread_cond_timedwait(&turn, &lock_a, &past);
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

int main(void)
{
    join(START(only));
}
