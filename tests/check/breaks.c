/* SPDX-License-Identifier: MIT */
/* A deadlock that is broken: whose lock call is refused lets go of what it has, and both threads end. See answers.sh. */
#include "../programs/play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;
static atomic_int refused;

static void both(pthread_mutex_t *one, pthread_mutex_t *other)
{
    MUST(pthread_mutex_lock(one));
    luck_meet(2);
    int result = pthread_mutex_lock(other);
    if (result == EDEADLK)
        atomic_fetch_add(&refused, 1);
    else
        MUST(result || pthread_mutex_unlock(other));
    MUST(pthread_mutex_unlock(one));
}

static void *first(void *unused)
{
    both(&lock_a, &lock_b);
    return unused;
}

static void *second(void *unused)
{
    both(&lock_b, &lock_a);
    return unused;
}

int main(void)
{
    RUN_BOTH(first, second);
    printf("refused %d\n", atomic_load(&refused));
}
