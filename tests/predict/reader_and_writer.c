/* SPDX-License-Identifier: MIT */
/* One reads the table and takes the lock, the other writes the table under the lock. */
#include "small.h"

static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;

static void *first(void *unused)
{
    MUST(pthread_rwlock_rdlock(&table));
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(pthread_rwlock_unlock(&table));
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_rwlock_wrlock(&table));
    MUST(pthread_rwlock_unlock(&table));
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

int main(void)
{
    RUN_BOTH(first, second);
}
