/* SPDX-License-Identifier: MIT */
/* Who wants what while holding which locks: abstract acquires, and the orders that they make. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include "analyze/predict-history.h"
#include "base/memory.h"

enum { INSTANCES_MAX = 1 << 17 }; /* of a wish */

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
    if (t->held_count) {
        memcpy(like.held, t->held, t->held_count * sizeof *like.held);
        qsort(like.held, like.held_count, sizeof *like.held, by_resource);
    }
    struct wish *wish = wish_of(h, &like);
    if (wish->count == INSTANCES_MAX) {
        wish->more = true;
        return;
    }
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

/* --- waits --- */

enum { ORDERS_MAX = 20000 }; /* that waits make; beyond, they are left out */

/* All wishes, those of a thread one after the other. */
struct sorted {
    struct wish **at;
    uint32_t *begin; /* of each thread's, and the end of the last one's */
};

static struct sorted sort_wishes(const struct history *h)
{
    struct sorted sorted = {.begin = memory_new((size_t)h->thread_count + 1, sizeof(uint32_t))};
    size_t place = 0;
    for (const struct map_entry *entry; (entry = map_next(&h->wishes, &place));)
        for (struct wish *wish = entry->value; wish; wish = wish->next)
            sorted.begin[wish->thread + 1]++;
    for (uint32_t t = 0; t < h->thread_count; t++)
        sorted.begin[t + 1] += sorted.begin[t];
    uint32_t *next = memory_copy(sorted.begin, (h->thread_count + 1) * sizeof *next);
    sorted.at = memory_new(sorted.begin[h->thread_count], sizeof *sorted.at);
    place = 0;
    for (const struct map_entry *entry; (entry = map_next(&h->wishes, &place));)
        for (struct wish *wish = entry->value; wish; wish = wish->next)
            sorted.at[next[wish->thread]++] = wish;
    free(next);
    return sorted;
}

/* What a thread wanted before it woke somebody for the last time, it wanted as who had yet to do so. */
static void add_obligations(struct history *h, uint32_t resource, const struct sorted *sorted, uint32_t *count)
{
    const struct resource *r = &h->resources[resource];
    for (uint32_t w = 0; w < r->waker_count; w++) {
        uint32_t waker = r->wakers[w], last = history_last_wake(h, waker, resource);
        for (uint32_t i = sorted->begin[waker]; i < sorted->begin[waker + 1]; i++) {
            struct wish *wish = sorted->at[i];
            if (wish->resource == resource || wish->at[0] > last)
                continue;
            if (++*count > ORDERS_MAX) {
                h->waits_cut = true;
                return;
            }
            add_order(h, resource, wish);
        }
    }
}

void history_finish(struct history *h)
{
    history_link_sections(h);
    struct sorted sorted = sort_wishes(h);
    uint32_t all = sorted.begin[h->thread_count], count = 0;
    bool *waited = memory_new(h->resource_count, sizeof *waited);
    for (uint32_t i = 0; i < all; i++)
        if (h->resources[sorted.at[i]->resource].kind != RESOURCE_lock && sorted.at[i]->held_count)
            waited[sorted.at[i]->resource] = true;
    for (uint32_t r = 0; r < h->resource_count && !h->waits_cut; r++)
        if (waited[r])
            add_obligations(h, r, &sorted, &count);
    free(waited);
    free(sorted.at);
    free(sorted.begin);
}
