/* SPDX-License-Identifier: MIT */
/*
 * How long it takes to examine one pattern: predict INSTANCES. Two threads take two locks in opposite orders, so often, and
 * each time only after the other told that it is through: no two instances meet, so all of them are looked at.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "analyze/predict-closure.h"

enum { FIRST, SECOND, LOCK_A = 0, LOCK_B };

static struct moment_at moment(uint32_t i)
{
    return (struct moment_at){.time_ns = i, .site = 1};
}

/* One thread's turn, after the other's. */
static void turn(struct history *h, uint32_t thread, uint32_t outer, uint32_t inner, uint32_t i)
{
    history_need(h, thread, history_mark(h, !thread), false);
    history_acquire(h, thread, outer, false, moment(i));
    history_wish(h, thread, inner, false, moment(i));
    history_acquire(h, thread, inner, false, moment(i));
    history_release(h, thread, inner, moment(i));
    history_release(h, thread, outer, moment(i));
}

int main(int argc, char **argv)
{
    uint32_t instances = argc > 1 ? (uint32_t)atol(argv[1]) : 100000, at[2];
    struct history *h = history_new();
    struct timespec begin, end;
    history_thread(h, 1);
    history_thread(h, 2);
    history_resource(h, 1, RESOURCE_lock);
    history_resource(h, 2, RESOURCE_lock);
    for (uint32_t i = 0; i < instances; i++) {
        turn(h, FIRST, LOCK_A, LOCK_B, i);
        turn(h, SECOND, LOCK_B, LOCK_A, i);
    }
    history_finish(h);
    struct closure *closure = closure_new(h);
    const struct wish *circle[] = {history_wishes(h, LOCK_A, LOCK_B)->at[0], history_wishes(h, LOCK_B, LOCK_A)->at[0]};
    clock_gettime(CLOCK_MONOTONIC, &begin);
    closure_clear(closure, (struct closure_rules){.locks = true});
    bool meets = closure_meets(closure, circle, 2, at);
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%u instances, %llu deeds: %s in %.1f ms\n", circle[0]->count, (unsigned long long)closure->steps, meets ? "a schedule" : "none",
           (double)(end.tv_sec - begin.tv_sec) * 1e3 + (double)(end.tv_nsec - begin.tv_nsec) / 1e6);
    closure_free(closure);
    history_free(h);
}
