/* SPDX-License-Identifier: MIT */
/* A thread ends with a mutex held. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;

static void *forgetful(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    return unused;
}

int main(void)
{
    join(START(forgetful));
}
