/* SPDX-License-Identifier: MIT */
/*
 * First waits for a post with the account locked; second needs the account before it posts, and was lucky to have had it.
 *
 *     first                 second
 *                           lock and unlock the account
 *     lock the account
 *     wait for the post
 *                           post
 */
#include <sys/syscall.h>
#include "play.h"

static pthread_mutex_t account = PTHREAD_MUTEX_INITIALIZER;
static sem_t ready;
static atomic_int first_tid;

static void *first(void *unused)
{
    luck_await(1);
    MUST(pthread_mutex_lock(&account));
    atomic_store(&first_tid, (int)syscall(SYS_gettid));
    luck_pass();
    MUST_SEM(sem_wait(&ready));
    MUST(pthread_mutex_unlock(&account));
    return unused;
}

static void *second(void *unused)
{
    MUST(pthread_mutex_lock(&account));
    MUST(pthread_mutex_unlock(&account));
    luck_pass();
    luck_await(2);
    await_futex(&first_tid);
    MUST_SEM(sem_post(&ready));
    return unused;
}

int main(void)
{
    MUST_SEM(sem_init(&ready, 0, 0));
    RUN_BOTH(first, second);
}
