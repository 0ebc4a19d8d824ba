/* SPDX-License-Identifier: MIT */
/*
 * Two mutexes, never initialised by a call nor destroyed, end with the block that they lie in; malloc gives the same block
 * out again. The opposite orders are those of different locks. (One thread frees and allocates, so that the block returns.)
 *
 *     main                first                second
 *     allocate
 *                         lock A, B
 *                         unlock B, A
 *     free, allocate
 *                                              lock B, A
 *                                              unlock A, B
 */
#include <stdlib.h>

#include "play.h"

struct pair {
    pthread_mutex_t a, b;
};
static struct pair *pair;

static void *first(void *unused)
{
    MUST(pthread_mutex_lock(&pair->a));
    MUST(pthread_mutex_lock(&pair->b));
    MUST(pthread_mutex_unlock(&pair->b));
    MUST(pthread_mutex_unlock(&pair->a));
    luck_pass();
    luck_await(3);
    return unused;
}

static void *second(void *unused)
{
    luck_await(2);
    MUST(pthread_mutex_lock(&pair->b));
    MUST(pthread_mutex_lock(&pair->a));
    MUST(pthread_mutex_unlock(&pair->a));
    MUST(pthread_mutex_unlock(&pair->b));
    luck_pass();
    return unused;
}

static struct pair *new_pair(void)
{
    /* Else clang makes one calloc() of all this, and that one doesn't take the block just freed. */
    struct pair *volatile fresh = malloc(sizeof(*fresh));

    MUST(!fresh);
    *fresh = (struct pair){PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
    return fresh;
}

int main(void)
{
    pair = new_pair();
    struct pair *old = pair;
    pthread_t one = START(first), other = START(second);
    luck_await(1);
    free(pair);
    pair = new_pair();
    MUST(pair != old);
    luck_pass();
    MUST(pthread_join(one, NULL));
    MUST(pthread_join(other, NULL));
}
