/* SPDX-License-Identifier: MIT */
/* Spinlocks in opposite orders. */
#include "small.h"

static pthread_spinlock_t lock_a, lock_b;

static void *first(void *unused)
{
    pthread_spin_lock(&lock_a);
    pthread_spin_lock(&lock_b);
    pthread_spin_unlock(&lock_b);
    pthread_spin_unlock(&lock_a);
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    pthread_spin_lock(&lock_b);
    pthread_spin_lock(&lock_a);
    pthread_spin_unlock(&lock_a);
    pthread_spin_unlock(&lock_b);
    return unused;
}

int main(void)
{
    MUST(pthread_spin_init(&lock_a, PTHREAD_PROCESS_PRIVATE));
    MUST(pthread_spin_init(&lock_b, PTHREAD_PROCESS_PRIVATE));
    RUN_BOTH(first, second);
}
