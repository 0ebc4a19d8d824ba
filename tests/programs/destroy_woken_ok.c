/* SPDX-License-Identifier: MIT */
/* A condition is destroyed by who has just woken its waiter, as POSIX allows. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;
static bool woken;

static void *waiter(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    luck_pass();
    while (!woken)
        MUST(pthread_cond_wait(&turn, &lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

static void *waker(void *unused)
{
    luck_await(1);
    MUST(pthread_mutex_lock(&lock_a));
    woken = true;
    MUST(pthread_cond_broadcast(&turn));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(pthread_cond_destroy(&turn));
    return unused;
}

int main(void)
{
    RUN_BOTH(waiter, waker);
    MUST(pthread_mutex_destroy(&lock_a));
}
