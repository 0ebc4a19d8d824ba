/* SPDX-License-Identifier: MIT */
/* A function's variable is a read-write lock in one call and a mutex, by its static initialiser, in the next. */
#include "play.h"

static void __attribute__((noinline)) as_rwlock(void)
{
    pthread_rwlock_t lock;

    MUST(pthread_rwlock_init(&lock, NULL));
    MUST(pthread_rwlock_rdlock(&lock));
    MUST(pthread_rwlock_unlock(&lock));
}

static void __attribute__((noinline)) as_mutex(void)
{
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

    MUST(pthread_mutex_lock(&lock));
    MUST(pthread_mutex_unlock(&lock));
}

static void *only(void *unused)
{
    for (int i = 0; i < 3; i++) {
        as_rwlock();
        as_mutex();
    }
    return unused;
}

int main(void)
{
    join(START(only));
}
