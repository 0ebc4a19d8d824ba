/* SPDX-License-Identifier: MIT */
/* What main did before it created a thread it does again beside it, in the opposite order of that thread's. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;

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

static void *second(void *unused)
{
    b_then_a();
    luck_pass();
    return unused;
}

int main(void)
{
    a_then_b();
    pthread_t thread = START(second);
    luck_await(1);
    a_then_b();
    join(thread);
}
