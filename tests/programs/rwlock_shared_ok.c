/* SPDX-License-Identifier: MIT */
/* Two threads hold a read-write lock to read at once, one of them twice, and each gives back what it holds. */
#include "play.h"

static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;

static void *first(void *unused)
{
    MUST(pthread_rwlock_rdlock(&table));
    MUST(pthread_rwlock_rdlock(&table));
    luck_meet(2);
    MUST(pthread_rwlock_unlock(&table));
    MUST(pthread_rwlock_unlock(&table));
    return unused;
}

static void *second(void *unused)
{
    MUST(pthread_rwlock_rdlock(&table));
    luck_meet(2);
    MUST(pthread_rwlock_unlock(&table));
    return unused;
}

int main(void)
{
    RUN_BOTH(first, second);
    MUST(pthread_rwlock_destroy(&table));
}
