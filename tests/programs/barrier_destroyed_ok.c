/* SPDX-License-Identifier: MIT */
/* Opposite orders of two locks, a barrier between; who leaves it first destroys it while the other is on its way out. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t phase;
static atomic_int second_tid;

static void meet(void)
{
    int result = pthread_barrier_wait(&phase);
    if (result == PTHREAD_BARRIER_SERIAL_THREAD)
        MUST(pthread_barrier_destroy(&phase));
    else
        MUST(result);
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
    a_then_b();
    luck_await(1);
    await_futex(&second_tid);
    meet();
    return unused;
}

static void *second(void *unused)
{
    atomic_store(&second_tid, gettid());
    luck_pass();
    meet();
    b_then_a();
    return unused;
}

int main(void)
{
    MUST(pthread_barrier_init(&phase, NULL, 2));
    RUN_BOTH(first, second);
}
