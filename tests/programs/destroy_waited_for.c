/* SPDX-License-Identifier: MIT */
/* A condition is destroyed while a thread waits on it that nobody has woken. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;

static void *waiter(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    luck_pass();
    MUST(pthread_cond_wait(&turn, &lock_a));
    return unused;
}

static void *destroyer(void *unused)
{
    luck_await(1);
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(pthread_cond_destroy(&turn));
    return unused;
}

int main(void)
{
    RUN_BOTH(waiter, destroyer);
}
