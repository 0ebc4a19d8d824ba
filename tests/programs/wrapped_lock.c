/* SPDX-License-Identifier: MIT */
/*
 * Two mutexes in opposite orders, all taken at one place, by a wrapper. The functions that call it are alike, down to the size
 * of their frames, and called from one place: only their own return addresses tell which of them it was.
 *
 *     first               second
 *     deposit: A, B
 *                         withdraw: B, A
 */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER, another = PTHREAD_MUTEX_INITIALIZER;

__attribute__((noinline)) static void take(pthread_mutex_t *mutex)
{
    MUST(pthread_mutex_lock(mutex));
}

__attribute__((noinline)) static void give(pthread_mutex_t *mutex)
{
    MUST(pthread_mutex_unlock(mutex));
}

__attribute__((noinline)) static void deposit(pthread_mutex_t *one, pthread_mutex_t *two)
{
    take(one);
    take(two);
    give(two);
    give(one);
}

__attribute__((noinline)) static void withdraw(pthread_mutex_t *one, pthread_mutex_t *two)
{
    take(two);
    take(one);
    give(one);
    give(two);
}

typedef void way(pthread_mutex_t *one, pthread_mutex_t *two);

/* Goes both ways first, from one place; then the one that matters. */
static void go(way *const volatile last)
{
    way *const volatile ways[] = {deposit, withdraw, last};
    pthread_mutex_t *const ones[] = {&other, &another, &lock_a}, *const twos[] = {&another, &other, &lock_b};

    for (int i = 0; i < 3; i++)
        ways[i](ones[i], twos[i]);
}

static void *first(void *unused)
{
    go(deposit);
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    go(withdraw);
    return unused;
}

int main(void)
{
    RUN_BOTH(first, second);
}
