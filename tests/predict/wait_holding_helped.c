/* SPDX-License-Identifier: MIT */
/* As wait_holding, but a third thread wakes it too, and needs nothing for that. */
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
    while (!is_open)
        MUST(pthread_cond_wait(&opened, &door));
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

static void *third(void *unused)
{
    luck_await(2);
    MUST(pthread_mutex_lock(&door));
    is_open = true;
    MUST(pthread_mutex_unlock(&door));
    MUST(pthread_cond_broadcast(&opened));
    return unused;
}

int main(void)
{
    pthread_t one = START(first), other = START(second), last = START(third);
    join(one);
    join(other);
    join(last);
}
