/* SPDX-License-Identifier: MIT */
/*
 * A thread locks a plain mutex that it holds already: it waits for itself, for ever.
 *
 *     only
 *     lock A
 *     lock A: waits
 */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;

static void *only(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_lock(&lock_a));
    return unused;
}

int main(void)
{
    join(START(only));
}
