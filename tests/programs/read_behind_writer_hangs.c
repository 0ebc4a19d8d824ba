/* SPDX-License-Identifier: MIT */
/*
 * A reader reads again while a writer waits, of a lock that lets writers go first. A third thread goes on: not all stand still.
 *
 *     reader             writer
 *     read
 *                        wait to write
 *     wait to read
 */
#include "play.h"

static pthread_rwlock_t table;
static atomic_int writer_tid;

static void *reader(void *unused)
{
    MUST(pthread_rwlock_rdlock(&table));
    luck_pass();
    luck_await(2);
    await_futex(&writer_tid);
    MUST(pthread_rwlock_rdlock(&table));
    return unused;
}

static void *writer(void *unused)
{
    luck_await(1);
    atomic_store(&writer_tid, gettid());
    luck_pass();
    MUST(pthread_rwlock_wrlock(&table));
    return unused;
}

static void *other(void *unused)
{
    for (;;)
        usleep(10000);
    return unused;
}

int main(void)
{
    pthread_rwlockattr_t attributes;
    MUST(pthread_rwlockattr_init(&attributes));
    MUST(pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP));
    MUST(pthread_rwlock_init(&table, &attributes));
    START(other);
    RUN_BOTH(reader, writer);
}
