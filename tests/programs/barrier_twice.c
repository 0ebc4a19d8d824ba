/* SPDX-License-Identifier: MIT */
/* Two threads pass a barrier twice in a row, and only behind that take two locks in opposite orders. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_c = PTHREAD_MUTEX_INITIALIZER, lock_d = PTHREAD_MUTEX_INITIALIZER;
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

static void c_then_d(void)
{
    MUST(pthread_mutex_lock(&lock_c));
    MUST(pthread_mutex_lock(&lock_d));
    MUST(pthread_mutex_unlock(&lock_d));
    MUST(pthread_mutex_unlock(&lock_c));
}

static void d_then_c(void)
{
    MUST(pthread_mutex_lock(&lock_d));
    MUST(pthread_mutex_lock(&lock_c));
    MUST(pthread_mutex_unlock(&lock_c));
    MUST(pthread_mutex_unlock(&lock_d));
}

static void *first(void *unused)
{
    a_then_b();
    meet();
    meet();
    c_then_d();
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    meet();
    meet();
    luck_await(1);
    d_then_c();
    return unused;
}

int main(void)
{
    MUST(pthread_barrier_init(&phase, NULL, 2));
    RUN_BOTH(first, second);
}
