/* SPDX-License-Identifier: MIT */
/* Both only read the gate: they may be behind it at once. */
#include "small.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t gate = PTHREAD_RWLOCK_INITIALIZER;

static void *first(void *unused)
{
    MUST(pthread_rwlock_rdlock(&gate));
    UNDER(lock_a, lock_b);
    MUST(pthread_rwlock_unlock(&gate));
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    MUST(pthread_rwlock_rdlock(&gate));
    UNDER(lock_b, lock_a);
    MUST(pthread_rwlock_unlock(&gate));
    return unused;
}

int main(void)
{
    RUN_BOTH(first, second);
}
