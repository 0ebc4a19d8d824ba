/* SPDX-License-Identifier: MIT */
/* First waits with the account locked, but not for ever. */
#include "small.h"

static pthread_mutex_t account = PTHREAD_MUTEX_INITIALIZER, door = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t opened = PTHREAD_COND_INITIALIZER;
static bool is_open;

static void *first(void *unused)
{
    luck_await(1);
    MUST(pthread_mutex_lock(&account));
    MUST(pthread_mutex_lock(&door));
    luck_pass();
    struct timespec end = {.tv_sec = time(NULL) + 60};
    while (!is_open)
        MUST(pthread_cond_timedwait(&opened, &door, &end));
    MUST(pthread_mutex_unlock(&door));
    MUST(pthread_mutex_unlock(&account));
    return unused;
}

static void *second(void *unused)
{
    MUST(pthread_mutex_lock(&account));
    MUST(pthread_mutex_unlock(&account));
    luck_pass();
    luck_await(2);
    MUST(pthread_mutex_lock(&door));
    is_open = true;
    MUST(pthread_cond_signal(&opened));
    MUST(pthread_mutex_unlock(&door));
    return unused;
}

int main(void)
{
    RUN_BOTH(first, second);
}
