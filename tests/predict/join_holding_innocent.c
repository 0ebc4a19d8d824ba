/* SPDX-License-Identifier: MIT */
/* main joins with the account locked, which the worker doesn't need. */
#include "small.h"

static pthread_mutex_t account = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;

static void *worker(void *unused)
{
    MUST(pthread_mutex_lock(&other));
    MUST(pthread_mutex_unlock(&other));
    return unused;
}

int main(void)
{
    MUST(pthread_mutex_lock(&account));
    pthread_t thread = START(worker);
    join(thread);
    MUST(pthread_mutex_unlock(&account));
}
