/* SPDX-License-Identifier: MIT */
/* main joins with the account locked; the worker needs it, and was lucky to have had it. */
#include "small.h"

static pthread_mutex_t account = PTHREAD_MUTEX_INITIALIZER;

static void *worker(void *unused)
{
    MUST(pthread_mutex_lock(&account));
    MUST(pthread_mutex_unlock(&account));
    luck_pass();
    return unused;
}

int main(void)
{
    pthread_t thread = START(worker);
    luck_await(1);
    MUST(pthread_mutex_lock(&account));
    join(thread);
    MUST(pthread_mutex_unlock(&account));
}
