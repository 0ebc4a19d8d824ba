/* SPDX-License-Identifier: MIT */
/*
 * main joins with the account locked that the worker takes, but only once it has seen under another lock that the worker is
 * through. What it saw there isn't in a trace, so it can't be told from a join that comes too early.
 */
#include "small.h"

static pthread_mutex_t account = PTHREAD_MUTEX_INITIALIZER, door = PTHREAD_MUTEX_INITIALIZER;
static bool is_done;

static bool see(void)
{
    MUST(pthread_mutex_lock(&door));
    bool done = is_done;
    MUST(pthread_mutex_unlock(&door));
    return done;
}

static void *worker(void *unused)
{
    MUST(pthread_mutex_lock(&account));
    MUST(pthread_mutex_unlock(&account));
    MUST(pthread_mutex_lock(&door));
    is_done = true;
    MUST(pthread_mutex_unlock(&door));
    luck_pass();
    return unused;
}

int main(void)
{
    pthread_t thread = START(worker);
    luck_await(1);
    if (!see()) {
        join(thread);
        return 0;
    }
    MUST(pthread_mutex_lock(&account));
    join(thread);
    MUST(pthread_mutex_unlock(&account));
}
