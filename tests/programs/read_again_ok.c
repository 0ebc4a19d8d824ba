/* SPDX-License-Identifier: MIT */
/*
 * A reader reads again while a writer waits, of a lock that lets readers in: nobody waits for ever.
 *
 *     reader             writer
 *     read
 *                        wait to write
 *     read, and give back both
 *                        write
 */
#include "play.h"

static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;
static atomic_int writer_tid;

static void *reader(void *unused)
{
    MUST(pthread_rwlock_rdlock(&table));
    luck_pass();
    luck_await(2);
    await_futex(&writer_tid);
    MUST(pthread_rwlock_rdlock(&table));
    MUST(pthread_rwlock_unlock(&table));
    MUST(pthread_rwlock_unlock(&table));
    return unused;
}

static void *writer(void *unused)
{
    luck_await(1);
    atomic_store(&writer_tid, gettid());
    luck_pass();
    MUST(pthread_rwlock_wrlock(&table));
    MUST(pthread_rwlock_unlock(&table));
    return unused;
}

int main(void)
{
    RUN_BOTH(reader, writer);
}
