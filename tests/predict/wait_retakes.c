/* SPDX-License-Identifier: MIT */
/* First waits with both locks, dropping door; to go on it needs it again, which second holds when it wants the account. */
#include "small.h"

static pthread_mutex_t account = PTHREAD_MUTEX_INITIALIZER, door = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t opened = PTHREAD_COND_INITIALIZER;
static bool is_open;

static void *first(void *unused)
{
    MUST(pthread_mutex_lock(&account));
    MUST(pthread_mutex_lock(&door));
    luck_pass();
    while (!is_open)
        MUST(pthread_cond_wait(&opened, &door));
    MUST(pthread_mutex_unlock(&door));
    MUST(pthread_mutex_unlock(&account));
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    MUST(pthread_mutex_lock(&door));
    is_open = true;
    MUST(pthread_cond_signal(&opened));
    MUST(pthread_mutex_unlock(&door));
    luck_await(2);
    MUST(pthread_mutex_lock(&door));
    MUST(pthread_mutex_lock(&account));
    MUST(pthread_mutex_unlock(&account));
    MUST(pthread_mutex_unlock(&door));
    return unused;
}

int main(void)
{
    RUN_BOTH(first, second);
}
