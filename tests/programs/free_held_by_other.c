/* SPDX-License-Identifier: MIT */
/* The block that a mutex lies in is freed by one thread while another holds it. */
#include "play.h"

static pthread_mutex_t *lock;

static void *holder(void *unused)
{
    MUST(pthread_mutex_lock(lock));
    luck_pass();
    luck_await(2);
    return unused;
}

static void *owner(void *unused)
{
    luck_await(1);
    free(lock);
    luck_pass();
    return unused;
}

int main(void)
{
    lock = malloc(sizeof(*lock));
    MUST(pthread_mutex_init(lock, NULL));
    RUN_BOTH(holder, owner);
}
