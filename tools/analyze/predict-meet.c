/* SPDX-License-Identifier: MIT */
/* Whether some threads can all be at certain wishes at once: one pass over the instances of each. */
#include "config.h"
#include "analyze/predict-closure.h"

/* The resource that a thread waits for is held by the next thread; else the next is to wake it. */
static bool is_lock(const struct closure *c, const struct wish *wish)
{
    return c->history->resources[wish->resource].kind == RESOURCE_lock;
}

/* How many of the wishes are for that resource. */
static uint32_t count_for(const struct wish *const *wishes, uint32_t count, uint32_t resource)
{
    uint32_t same = 0;
    for (uint32_t i = 0; i < count; i++)
        same += wishes[i]->resource == resource;
    return same;
}

static bool takes_part(const struct wish *const *wishes, uint32_t count, uint32_t thread)
{
    for (uint32_t i = 0; i < count; i++)
        if (wishes[i]->thread == thread)
            return true;
    return false;
}

/* All threads outside the circle that would wake it have done so for the last time. */
static bool let_others_wake(struct closure *c, const struct wish *const *wishes, uint32_t count, uint32_t resource)
{
    const struct resource *r = &c->history->resources[resource];
    for (uint32_t i = 0; i < r->waker_count; i++)
        if (!takes_part(wishes, count, r->wakers[i]) &&
            !closure_reach(c, r->wakers[i], history_last_wake(c->history, r->wakers[i], resource) + 1))
            return false;
    return true;
}

/* Whether a thread that begins this wait as the last deed of the schedule, does wait. */
static bool waits(const struct closure *c, const struct wish *const *wishes, uint32_t count, uint32_t i, uint32_t at)
{
    uint32_t resource = wishes[i]->resource;
    const struct resource *r = &c->history->resources[resource];
    const struct closure_resource *now = &c->resources[resource];
    const struct deed *deed = &c->history->threads[wishes[i]->thread].deeds[at];
    switch (r->kind) {
    case RESOURCE_condition:
        return now->last_wake < deed->seq + 1;
    case RESOURCE_latch:
        return !now->last_wake;
    case RESOURCE_count:
        return (int64_t)r->value + now->given <= 0;
    case RESOURCE_barrier:
        return r->value && now->arrived + count_for(wishes, count, resource) - now->rounds * r->value < r->value;
    case RESOURCE_lock:
        return true;
    case RESOURCE_unknown:
        break;
    }
    return false;
}

/* The first instance that isn't in the closure; false: there is none, or who stands there has nobody left to wake. */
static bool next_instance(const struct closure *c, const struct wish *const *wishes, uint32_t count, uint32_t i, uint32_t *cursor)
{
    const struct wish *wish = wishes[i], *before = wishes[(i + count - 1) % count];
    while (*cursor < wish->count && wish->at[*cursor] < c->upto[wish->thread])
        ++*cursor;
    if (*cursor == wish->count)
        return false;
    if (is_lock(c, before))
        return true;
    uint32_t last = history_last_wake(c->history, wish->thread, before->resource);
    return last != HISTORY_NONE && wish->at[*cursor] <= last;
}

/* Whether all of them stand at their instances; *i: the first that doesn't. */
static bool all_there(const struct closure *c, const struct wish *const *wishes, uint32_t count, const uint32_t *cursors)
{
    for (uint32_t i = 0; i < count; i++)
        if (c->upto[wishes[i]->thread] != wishes[i]->at[cursors[i]])
            return false;
    return true;
}

/* The first of them that would not wait; `count`: all do, and nobody outside can help. */
static uint32_t first_free(struct closure *c, const struct wish *const *wishes, uint32_t count, const uint32_t *cursors)
{
    for (uint32_t i = 0; i < count; i++)
        if (!waits(c, wishes, count, i, wishes[i]->at[cursors[i]]))
            return i;
    return count;
}

bool closure_meets(struct closure *c, const struct wish *const *wishes, uint32_t count, uint32_t *at)
{
    for (uint32_t i = 0; i < count; i++)
        at[i] = 0;
    c->wishes = wishes;
    c->wish_count = count;
    for (;;) {
        for (uint32_t i = 0; i < count; i++)
            if (!next_instance(c, wishes, count, i, &at[i]) || !closure_reach(c, wishes[i]->thread, wishes[i]->at[at[i]]))
                return false;
        if (!all_there(c, wishes, count, at))
            continue;
        for (uint32_t i = 0; i < count; i++)
            if (!is_lock(c, wishes[i]) && !let_others_wake(c, wishes, count, wishes[i]->resource))
                return false;
        if (!all_there(c, wishes, count, at))
            continue;
        uint32_t free_one = first_free(c, wishes, count, at);
        if (free_one == count)
            break;
        at[free_one]++;
        if (at[free_one] == wishes[free_one]->count)
            return false;
    }
    for (uint32_t i = 0; i < count; i++)
        at[i] = wishes[i]->at[at[i]];
    return true;
}
