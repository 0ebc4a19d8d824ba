/* SPDX-License-Identifier: MIT */
/* A thread ends with a mutex held that lies on its stack. */
#include "play.h"

static void *only(void *unused)
{
    pthread_mutex_t lock;

    MUST(pthread_mutex_init(&lock, NULL));
    MUST(pthread_mutex_lock(&lock));
    return unused;
}

int main(void)
{
    join(START(only));
}
