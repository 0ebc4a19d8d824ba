/* SPDX-License-Identifier: MIT */
/* A program that asks the checker in it: what it finds, what the thread holds, what all threads hold; see answers.sh. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "thrum/check.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t lock_c = PTHREAD_RWLOCK_INITIALIZER;

/* Locks itself, where the thread holds both locks of the finding: nothing of that may hang or be told. */
static void found(const struct thrum_finding *finding, void *argument)
{
    static pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;

    pthread_mutex_lock(&own);
    printf("found %s %s %s %s\n", finding->kind, finding->certainty, finding->stack_size > 0 ? "with calls" : "", (char *)argument);
    fflush(stdout);
    pthread_mutex_unlock(&own);
}

/* Luck, in which nothing keeps the threads apart that a checker could see. */
static atomic_bool went_forwards;

static void *forwards(void *unused)
{
    pthread_mutex_lock(&lock_a);
    pthread_mutex_lock(&lock_b);
    pthread_mutex_unlock(&lock_b);
    pthread_mutex_unlock(&lock_a);
    atomic_store(&went_forwards, true);
    return unused;
}

static void *backwards(void *unused)
{
    struct thrum_holding holdings[2];

    while (!atomic_load(&went_forwards))
        sched_yield();
    pthread_rwlock_rdlock(&lock_c);
    pthread_mutex_lock(&lock_b);
    pthread_mutex_lock(&lock_a);
    printf("holds %zu:", thrum_check_holds(holdings, 2));
    for (int i = 0; i < 2; i++)
        printf(" %s %s%u", holdings[i].kind, holdings[i].object == &lock_c ? "lock_c " : "lock_b ", holdings[i].count);
    printf(" shared %d %d\n", holdings[0].shared, holdings[1].shared);
    fflush(stdout);
    thrum_check_print(STDOUT_FILENO);
    raise(SIGUSR1);
    pthread_mutex_unlock(&lock_a);
    pthread_mutex_unlock(&lock_b);
    pthread_rwlock_unlock(&lock_c);
    return unused;
}

int main(void)
{
    pthread_t first, second;

    thrum_on_finding(found, "as asked");
    pthread_create(&first, NULL, forwards, NULL);
    pthread_create(&second, NULL, backwards, NULL);
    pthread_join(first, NULL);
    pthread_join(second, NULL);
    printf("left %zu\n", thrum_check_holds(NULL, 0));
    return 0;
}
