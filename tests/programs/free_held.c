/* SPDX-License-Identifier: MIT */
/* The block that a mutex lies in is freed while its thread holds it. */
#include "play.h"

static void *only(void *unused)
{
    pthread_mutex_t *lock = malloc(sizeof(*lock));

    MUST(pthread_mutex_init(lock, NULL));
    MUST(pthread_mutex_lock(lock));
    free(lock);
    return unused;
}

int main(void)
{
    join(START(only));
}
