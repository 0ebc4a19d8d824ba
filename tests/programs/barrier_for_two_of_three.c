/* SPDX-License-Identifier: MIT */
/* A barrier for two through which three threads pass, so that it puts none of them before another. */
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
    luck_await(1);
    a_then_b();
    meet();
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    meet();
    luck_pass();
    meet();
    luck_await(2);
    b_then_a();
    meet();
    return unused;
}

static void *third(void *unused)
{
    meet();
    luck_await(2);
    meet();
    return unused;
}

int main(void)
{
    MUST(pthread_barrier_init(&phase, NULL, 2));
    pthread_t thread = START(third);
    RUN_BOTH(first, second);
    join(thread);
}
