/* SPDX-License-Identifier: MIT */
/* What was initialised as a read-write lock is locked as a mutex. */
#include "play.h"

static union {
    pthread_rwlock_t table;
    pthread_mutex_t mutex;
} either;

static void *only(void *unused)
{
    MUST(pthread_mutex_lock(&either.mutex));
    MUST(pthread_mutex_unlock(&either.mutex));
    return unused;
}

int main(void)
{
    MUST(pthread_rwlock_init(&either.table, NULL));
    join(START(only));
}
