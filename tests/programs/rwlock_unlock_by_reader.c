/* SPDX-License-Identifier: MIT */
/* A thread gives back a read-write lock that another holds to read. */
#include "play.h"

static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;

static void *reader(void *unused)
{
    MUST(pthread_rwlock_rdlock(&table));
    luck_pass();
    luck_await(2);
    return unused;
}

static void *other(void *unused)
{
    luck_await(1);
    MUST(pthread_rwlock_unlock(&table));
    luck_pass();
    return unused;
}

int main(void)
{
    RUN_BOTH(reader, other);
}
