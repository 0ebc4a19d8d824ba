/* SPDX-License-Identifier: MIT */
/* Two rwlocks, read and then written in opposite orders. */
#include "small.h"

static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER, index_lock = PTHREAD_RWLOCK_INITIALIZER;

static void *first(void *unused)
{
    MUST(pthread_rwlock_rdlock(&table));
    MUST(pthread_rwlock_wrlock(&index_lock));
    MUST(pthread_rwlock_unlock(&index_lock));
    MUST(pthread_rwlock_unlock(&table));
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    MUST(pthread_rwlock_rdlock(&index_lock));
    MUST(pthread_rwlock_wrlock(&table));
    MUST(pthread_rwlock_unlock(&table));
    MUST(pthread_rwlock_unlock(&index_lock));
    return unused;
}

int main(void)
{
    RUN_BOTH(first, second);
}
