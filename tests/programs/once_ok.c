/* SPDX-License-Identifier: MIT */
/*
 * Several threads wait for a routine that runs once and takes a lock, which they take at other times; one that is cancelled
 * in it leaves it to the next, and a child that is forked meanwhile runs it for itself.
 */
#include <sys/wait.h>
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT, left = PTHREAD_ONCE_INIT, forked = PTHREAD_ONCE_INIT;
static atomic_int runs;

static void routine(void)
{
    luck_pass();
    luck_await(4);
    MUST(pthread_mutex_lock(&lock_a));
    atomic_fetch_add(&runs, 1);
    MUST(pthread_mutex_unlock(&lock_a));
}

static void *worker(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    luck_pass();
    MUST(pthread_once(&once, routine));
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

static void leave(void)
{
    if (atomic_fetch_add(&runs, 1) == 1)
        pthread_exit(NULL);
}

static void *leaver(void *unused)
{
    MUST(pthread_once(&left, leave));
    return unused;
}

static void nothing(void)
{
}

static void hold(void)
{
    luck_pass();
    luck_await(6);
}

static void *holder(void *unused)
{
    MUST(pthread_once(&forked, hold));
    return unused;
}

int main(void)
{
    int status = -1;
    pthread_t threads[] = {START(worker), START(worker), START(worker)};
    for (int i = 0; i < 3; i++)
        join(threads[i]);
    join(START(leaver));
    MUST(pthread_once(&left, leave));
    pthread_t thread = START(holder);
    luck_await(5);
    pid_t child = fork();
    if (child == 0) {
        MUST(pthread_once(&forked, nothing));
        _exit(0);
    }
    must(waitpid(child, &status, 0) == child && status == 0 ? 0 : ECHILD, 0, "waitpid");
    luck_pass();
    join(thread);
    return atomic_load(&runs) == 3 ? 0 : 1;
}
