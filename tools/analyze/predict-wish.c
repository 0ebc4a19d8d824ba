/* SPDX-License-Identifier: MIT */
/* Who wants what while holding which locks: abstract acquires, and the orders that they make. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include "analyze/predict-history.h"
#include "trace/memory.h"

static uint64_t mix(uint64_t sum, uint64_t more)
{
    sum = (sum ^ more) * 0x9e3779b97f4a7c15u;
    return sum ^ (sum >> 29);
}

static int by_resource(const void *one, const void *other)
{
    uint32_t a = ((const struct held *)one)->resource, b = ((const struct held *)other)->resource;
    return (a > b) - (a < b);
}

static uint64_t order_key(uint32_t held, uint32_t wanted)
{
    return (uint64_t)held << 32 | wanted;
}

static bool is_wish(const struct wish *wish, const struct wish *like)
{
    if (wish->thread != like->thread || wish->resource != like->resource || wish->shared != like->shared ||
        wish->held_count != like->held_count)
        return false;
    for (uint32_t i = 0; i < wish->held_count; i++)
        if (wish->held[i].resource != like->held[i].resource || wish->held[i].shared != like->held[i].shared)
            return false;
    return true;
}

static void add_order(struct history *h, uint32_t held, struct wish *wish)
{
    uint64_t key = order_key(held, wish->resource);
    struct wishes *wishes = map_get(&h->by_order, key);
    if (!wishes) {
        wishes = memory_new(1, sizeof *wishes);
        map_put(&h->by_order, key, wishes);
    }
    wishes->at = memory_grow32(wishes->at, wishes->count + 1, &wishes->capacity, sizeof *wishes->at);
    wishes->at[wishes->count++] = wish;
}

/* The abstract acquire like that, made where it is new; takes over like->held. */
static struct wish *wish_of(struct history *h, struct wish *like)
{
    uint64_t hash = mix(mix(like->thread, like->resource), like->shared);
    for (uint32_t i = 0; i < like->held_count; i++)
        hash = mix(hash, (uint64_t)like->held[i].resource << 1 | like->held[i].shared);
    struct wish *first = map_get(&h->wishes, hash), *wish = first;
    while (wish && !is_wish(wish, like))
        wish = wish->next;
    if (wish) {
        free(like->held);
        return wish;
    }
    wish = memory_copy(like, sizeof *like);
    wish->next = first;
    map_put(&h->wishes, hash, wish);
    for (uint32_t i = 0; i < wish->held_count; i++)
        add_order(h, wish->held[i].resource, wish);
    return wish;
}

void history_wish(struct history *h, uint32_t thread, uint32_t resource, bool shared, struct moment_at at)
{
    struct history_thread *t = &h->threads[thread];
    if (h->full)
        return;
    struct wish like = {.thread = thread, .resource = resource, .shared = shared, .held_count = t->held_count,
                        .time_ns = at.time_ns, .site = at.site};
    like.held = memory_new(t->held_count, sizeof *like.held);
    memcpy(like.held, t->held, t->held_count * sizeof *like.held);
    qsort(like.held, like.held_count, sizeof *like.held, by_resource);
    struct wish *wish = wish_of(h, &like);
    wish->at = memory_grow32(wish->at, wish->count + 1, &wish->capacity, sizeof *wish->at);
    wish->at[wish->count++] = t->count;
    if (t->held_count)
        t->pinned = true;
    else
        t->stretch = t->count;
}

const struct wishes *history_wishes(const struct history *h, uint32_t held, uint32_t wanted)
{
    return map_get(&h->by_order, order_key(held, wanted));
}

/* What a thread wanted before it woke somebody for the last time, it wanted as who had yet to do so. */
static void add_obligations(struct history *h, uint32_t resource, struct wish **wishes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t last = history_last_wake(h, wishes[i]->thread, resource);
        if (wishes[i]->resource != resource && last != HISTORY_NONE && wishes[i]->at[0] <= last)
            add_order(h, resource, wishes[i]);
    }
}

void history_finish(struct history *h)
{
    struct wish **all = NULL;
    uint32_t count = 0, capacity = 0;
    size_t place = 0;
    for (const struct map_entry *entry; (entry = map_next(&h->wishes, &place));)
        for (struct wish *wish = entry->value; wish; wish = wish->next) {
            all = memory_grow32(all, count + 1, &capacity, sizeof *all);
            all[count++] = wish;
        }
    bool *waited = memory_new(h->resource_count, sizeof *waited);
    for (uint32_t i = 0; i < count; i++)
        waited[all[i]->resource] = h->resources[all[i]->resource].kind != RESOURCE_lock;
    for (uint32_t r = 0; r < h->resource_count; r++)
        if (waited[r])
            add_obligations(h, r, all, count);
    free(waited);
    free(all);
}
