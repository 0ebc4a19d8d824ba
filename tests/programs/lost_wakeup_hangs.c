/* SPDX-License-Identifier: MIT */
/* A condition is signalled before its waiter waits, who looks at no predicate: it waits for ever, and so does main. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;

static void *waiter(void *unused)
{
    luck_await(1);
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_cond_wait(&turn, &lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

static void *waker(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_cond_signal(&turn));
    MUST(pthread_mutex_unlock(&lock_a));
    luck_pass();
    return unused;
}

int main(void)
{
    RUN_BOTH(waiter, waker);
}
