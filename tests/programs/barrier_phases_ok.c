/* SPDX-License-Identifier: MIT */
/* Two threads take two locks in opposite orders, in phases of their own, again and again: a barrier keeps the phases apart. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t phase;

static void meet(void)
{
    int result = pthread_barrier_wait(&phase);
    MUST(result == PTHREAD_BARRIER_SERIAL_THREAD ? 0 : result);
}

static void a_then_b(void)
{
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_a));
}

static void b_then_a(void)
{
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_b));
}

static void *first(void *unused)
{
    for (int round = 0; round < 5; round++) {
        a_then_b();
        meet();
        meet();
    }
    return unused;
}

static void *second(void *unused)
{
    for (int round = 0; round < 5; round++) {
        meet();
        b_then_a();
        meet();
    }
    return unused;
}

int main(void)
{
    MUST(pthread_barrier_init(&phase, NULL, 2));
    RUN_BOTH(first, second);
}
