/* SPDX-License-Identifier: MIT */
/* C11's mutexes in opposite orders. */
#include "small.h"
#include <threads.h>

static mtx_t lock_a, lock_b;

static void *first(void *unused)
{
    mtx_lock(&lock_a);
    mtx_lock(&lock_b);
    mtx_unlock(&lock_b);
    mtx_unlock(&lock_a);
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    mtx_lock(&lock_b);
    mtx_lock(&lock_a);
    mtx_unlock(&lock_a);
    mtx_unlock(&lock_b);
    return unused;
}

int main(void)
{
    MUST(mtx_init(&lock_a, mtx_plain));
    MUST(mtx_init(&lock_b, mtx_plain));
    RUN_BOTH(first, second);
}
