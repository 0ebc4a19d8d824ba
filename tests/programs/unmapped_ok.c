/* SPDX-License-Identifier: MIT */
/*
 * Two mutexes, never initialised by a call nor destroyed, end with the memory that they lie in; two others come to lie at
 * the same addresses. The opposite orders are those of different locks.
 *
 *     first               second
 *     map memory
 *     lock A, B
 *     unlock B, A
 *     unmap it
 *                         map memory at the same address
 *                         lock B, A
 *                         unlock A, B
 */
#include <sys/mman.h>

#include "play.h"

enum { SIZE = 1 << 16 };

struct pair {
    pthread_mutex_t a, b;
};
static struct pair *pair;

/* Zeroed memory is two free mutexes, with glibc as with PTHREAD_MUTEX_INITIALIZER. */
static void map_pair(void *where, int flags)
{
    pair = mmap(where, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
    MUST(pair == MAP_FAILED);
    MUST(where && pair != where);
}

static void *first(void *unused)
{
    map_pair(NULL, 0);
    MUST(pthread_mutex_lock(&pair->a));
    MUST(pthread_mutex_lock(&pair->b));
    MUST(pthread_mutex_unlock(&pair->b));
    MUST(pthread_mutex_unlock(&pair->a));
    MUST(munmap(pair, SIZE));
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    map_pair(pair, MAP_FIXED_NOREPLACE);
    MUST(pthread_mutex_lock(&pair->b));
    MUST(pthread_mutex_lock(&pair->a));
    MUST(pthread_mutex_unlock(&pair->a));
    MUST(pthread_mutex_unlock(&pair->b));
    return unused;
}

int main(void)
{
    RUN_BOTH(first, second);
}
