/* SPDX-License-Identifier: MIT */
/* Two threads wait on one condition at once, each with a mutex of its own. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;
static bool done;

static void *first(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    luck_pass();
    while (!done)
        MUST(pthread_cond_wait(&turn, &lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(pthread_mutex_lock(&lock_b));
    luck_pass();
    while (!done)
        MUST(pthread_cond_wait(&turn, &lock_b));
    MUST(pthread_mutex_unlock(&lock_b));
    return unused;
}

int main(void)
{
    pthread_t one = START(first), other = START(second);
    luck_await(2);
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_lock(&lock_b));
    done = true;
    MUST(pthread_cond_broadcast(&turn));
    MUST(pthread_mutex_unlock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_a));
    join(one);
    join(other);
}
