/* SPDX-License-Identifier: MIT */
/*
 * What the run would gain if nobody had to wait for a lock. The run is played again without those waits: each thread does
 * what it did, as long as it did, and where it waited for another thread it goes on as soon as that one lets it, or at once
 * where that one now is early. How much earlier than it was a thread is changes only where a wait of it ends.
 */
#include "config.h"

#include <stdlib.h>
#include "analyze/contention-inner.h"
#include "base/memory.h"

/* Locks at most that this is told of; each takes a pass over all waits. */
enum { GAINS = 64 };

static int64_t saved_by(const int64_t *saved, uint32_t past)
{
    return past == NO_PAST ? 0 : saved[past];
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* By how much a thread is early after a wait. */
static int64_t save(const struct contention *contention, const struct past *past, const int64_t *saved, const struct entry *without)
{
    int64_t own = saved_by(saved, past->before), length = clip(contention, past->end_ns) - clip(contention, past->begin_ns);
    if (past->lock && entry_root(past->object) == without)
        return own + length;
    if (past->waker == NO_PAST)
        return own;
    int64_t waker = saved_by(saved, past->waker_before);
    if (past->free) /* who was early may now have to wait for what had been done by then */
        return smaller(own, past->begin_ns - past->waker_ns + waker);
    if (!past->object) /* it was created: what it did before is nothing */
        return waker;
    return smaller(own + length, waker);
}

static int64_t gain_without(const struct contention *contention, int64_t *saved, const struct entry *without, uint32_t last)
{
    for (size_t i = 0; i < contention->past_count; i++)
        saved[i] = save(contention, &contention->pasts[i], saved, without);
    return saved_by(saved, last);
}

static int by_path(const void *one, const void *other)
{
    const struct contention_gain *a = one, *b = other;
    return a->path_ns < b->path_ns ? 1 : a->path_ns > b->path_ns ? -1 : 0;
}

static int by_gain(const void *one, const void *other)
{
    const struct contention_gain *a = one, *b = other;
    return a->gain_ns < b->gain_ns ? 1 : a->gain_ns > b->gain_ns ? -1 : by_path(one, other);
}

/* The locks on the path; without any other the path would be as long. */
static struct contention_gain *locks_of(struct contention_path *path)
{
    struct contention_gain *gains = memory_new(path->share_count + 1, sizeof *gains);
    struct map places = {0};
    for (size_t i = 0; i < path->step_count; i++) {
        const struct contention_step *step = &path->steps[i];
        bool of_lock = step->object && !step->object->waits && (step->kind == STEP_section || step->kind == STEP_woken);
        if (!of_lock)
            continue;
        struct contention_gain *gain = map_get(&places, (uint64_t)(uintptr_t)step->object);
        if (!gain) {
            gain = &gains[path->gain_count++];
            gain->object = step->object;
            map_put(&places, (uint64_t)(uintptr_t)step->object, gain);
        }
        gain->path_ns += step->end_ns - step->begin_ns;
        gain->handovers += step->kind == STEP_woken;
    }
    map_free(&places);
    return gains;
}

void gain_make(struct contention *contention, uint32_t last_past)
{
    struct contention_path *path = &contention->path;
    struct contention_gain *gains = locks_of(path);
    int64_t *saved = memory_new(contention->past_count + 1, sizeof *saved);
    qsort(gains, path->gain_count, sizeof *gains, by_path);
    if (path->gain_count > GAINS)
        path->gain_count = GAINS;
    for (size_t i = 0; i < path->gain_count; i++)
        gains[i].gain_ns = gain_without(contention, saved, (const struct entry *)gains[i].object, last_past);
    qsort(gains, path->gain_count, sizeof *gains, by_gain);
    free(saved);
    path->gains = gains;
}
