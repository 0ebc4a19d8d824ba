/* SPDX-License-Identifier: MIT */
/* A mutex is initialised again by the thread that holds it. */
#include "play.h"

static pthread_mutex_t lock_a;

static void *only(void *unused)
{
    MUST(pthread_mutex_init(&lock_a, NULL));
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_init(&lock_a, NULL));
    return unused;
}

int main(void)
{
    join(START(only));
}
