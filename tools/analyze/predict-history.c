/* SPDX-License-Identifier: MIT */
/* Recording what threads did, and merging what no schedule can stop at. */
#include "config.h"
#include "analyze/predict-history.h"

#include <stdlib.h>
#include "base/memory.h"

/* 32 bytes each: beyond, a trace is judged by how it began. */
enum { DEEDS_MAX = 36 << 20 };

struct history *history_new(void)
{
    struct history *h = memory_new(1, sizeof *h);
    h->sites = memory_new(1, sizeof *h->sites); /* site 0 is none */
    h->site_count = h->site_capacity = 1;
    return h;
}

static uint32_t number_of(const struct map *map, uint64_t key)
{
    uintptr_t found = (uintptr_t)map_get(map, key);
    return found ? (uint32_t)(found - 1) : HISTORY_NONE;
}

static void set_number(struct map *map, uint64_t key, uint32_t number)
{
    map_put(map, key, (void *)((uintptr_t)number + 1));
}

uint32_t history_find_thread(const struct history *h, uint64_t key)
{
    return number_of(&h->threads_by_key, key);
}

uint32_t history_find_resource(const struct history *h, uint64_t key)
{
    return number_of(&h->resources_by_key, key);
}

uint32_t history_thread(struct history *h, uint64_t key)
{
    uint32_t number = history_find_thread(h, key);
    if (number != HISTORY_NONE)
        return number;
    h->threads = memory_grow32(h->threads, h->thread_count + 1, &h->thread_capacity, sizeof *h->threads);
    h->threads[h->thread_count] = (struct history_thread){.key = key};
    set_number(&h->threads_by_key, key, h->thread_count);
    return h->thread_count++;
}

uint32_t history_resource(struct history *h, uint64_t key, enum resource_kind kind)
{
    uint32_t number = history_find_resource(h, key);
    if (number != HISTORY_NONE)
        return number;
    h->resources = memory_grow32(h->resources, h->resource_count + 1, &h->resource_capacity, sizeof *h->resources);
    h->resources[h->resource_count] = (struct resource){.key = key, .kind = kind, .last_thread = HISTORY_NONE};
    set_number(&h->resources_by_key, key, h->resource_count);
    return h->resource_count++;
}

static uint32_t site_number(struct history *h, uint64_t site)
{
    if (!site)
        return 0;
    uint32_t number = number_of(&h->site_numbers, site);
    if (number != HISTORY_NONE)
        return number;
    h->sites = memory_grow32(h->sites, h->site_count + 1, &h->site_capacity, sizeof *h->sites);
    h->sites[h->site_count] = site;
    set_number(&h->site_numbers, site, h->site_count);
    return h->site_count++;
}

/* --- deeds --- */

static uint32_t add_deed(struct history *h, uint32_t thread, struct deed deed, struct moment_at at)
{
    struct history_thread *t = &h->threads[thread];
    t->deeds = memory_grow32(t->deeds, t->count + 1, &t->capacity, sizeof *t->deeds);
    deed.time_ns = at.time_ns;
    deed.seq = h->seq++;
    deed.site = site_number(h, at.site) & ((1u << 26) - 1);
    deed.begins = t->count == t->stretch;
    if (deed.what != DEED_acquire)
        deed.after_thread = HISTORY_NONE;
    t->deeds[t->count] = deed;
    if (++h->deed_count >= DEEDS_MAX)
        h->full = true;
    return t->count++;
}

/* A schedule may stop here: what comes is not merged with what was. */
static void pin(struct history_thread *t)
{
    if (t->held_count)
        t->pinned = true;
    else
        t->stretch = t->count;
}

/* Keeps of a block only that its locks were touched. */
static void merge_block(struct history *h, struct history_thread *t)
{
    uint32_t end = t->count;
    t->count = t->block;
    for (uint32_t i = t->block; i < end; i++) {
        struct deed deed = t->deeds[i];
        if (deed.what != DEED_acquire)
            continue;
        uint64_t key = (uint64_t)deed.resource << 1 | deed.shared;
        uint32_t known = number_of(&t->touches, key);
        deed.what = DEED_touch;
        if (known != HISTORY_NONE && known >= t->stretch && known < t->block) {
            if (deed.after_thread == HISTORY_NONE) {
                deed.after_thread = t->deeds[known].after_thread;
                deed.after = t->deeds[known].after;
            }
            deed.begins = t->deeds[known].begins;
            t->deeds[known] = deed;
            continue;
        }
        set_number(&t->touches, key, t->count);
        deed.begins = t->count == t->stretch;
        t->deeds[t->count++] = deed;
    }
    h->deed_count -= end - t->count;
}

static void end_block(struct history *h, struct history_thread *t)
{
    if (t->pinned)
        t->stretch = t->count;
    else
        merge_block(h, t);
    t->pinned = false;
    t->block = t->count;
}

void history_acquire(struct history *h, uint32_t thread, uint32_t resource, bool shared, struct moment_at at)
{
    struct history_thread *t = &h->threads[thread];
    if (h->full)
        return;
    if (!t->held_count)
        t->block = t->count;
    struct resource *lock = &h->resources[resource];
    struct deed taken = {.resource = resource, .other = HISTORY_NONE, .what = DEED_acquire, .shared = shared,
                         .after_thread = lock->last_thread == thread ? HISTORY_NONE : lock->last_thread, .after = lock->last_seq};
    uint32_t deed = add_deed(h, thread, taken, at);
    if (!shared) {
        lock->last_thread = thread;
        lock->last_seq = t->deeds[deed].seq;
    }
    t->held = memory_grow32(t->held, t->held_count + 1, &t->held_capacity, sizeof *t->held);
    t->held[t->held_count++] = (struct held){resource, deed, shared};
}

static uint32_t find_held(const struct history_thread *t, uint32_t resource)
{
    for (uint32_t i = t->held_count; i-- > 0;)
        if (t->held[i].resource == resource)
            return i;
    return HISTORY_NONE;
}

bool history_holds(const struct history *h, uint32_t thread, uint32_t resource)
{
    return find_held(&h->threads[thread], resource) != HISTORY_NONE;
}

void history_release(struct history *h, uint32_t thread, uint32_t resource, struct moment_at at)
{
    struct history_thread *t = &h->threads[thread];
    uint32_t place = find_held(t, resource);
    if (h->full || place == HISTORY_NONE)
        return;
    uint32_t acquired = t->held[place].deed;
    bool shared = t->held[place].shared;
    for (uint32_t i = place + 1; i < t->held_count; i++)
        t->held[i - 1] = t->held[i];
    t->held_count--;
    uint32_t deed = add_deed(h, thread, (struct deed){.resource = resource, .other = acquired, .what = DEED_release,
                                                      .shared = shared}, at);
    t->deeds[acquired].other = deed;
    if (!t->held_count)
        end_block(h, t);
}

static uint32_t add_pinned(struct history *h, uint32_t thread, struct deed deed, struct moment_at at)
{
    uint32_t number = add_deed(h, thread, deed, at);
    pin(&h->threads[thread]);
    return number;
}

/* A barrier opens when it is full, and then the next round begins. */
static uint32_t arrive(struct resource *barrier)
{
    uint32_t round = barrier->round;
    if (barrier->kind != RESOURCE_barrier)
        return 0;
    if (++barrier->arrived == barrier->value) {
        barrier->round++;
        barrier->arrived = 0;
    }
    return round;
}

static void note_wake(struct history *h, uint32_t resource, uint32_t thread, uint32_t deed)
{
    struct resource *r = &h->resources[resource];
    uint64_t key = (uint64_t)resource << 32 | thread;
    if (!map_get(&h->last_wakes, key)) {
        r->wakers = memory_grow32(r->wakers, r->waker_count + 1, &r->waker_capacity, sizeof *r->wakers);
        r->wakers[r->waker_count++] = thread;
    }
    set_number(&h->last_wakes, key, deed);
}

uint32_t history_last_wake(const struct history *h, uint32_t thread, uint32_t resource)
{
    return number_of(&h->last_wakes, (uint64_t)resource << 32 | thread);
}

void history_wait(struct history *h, uint32_t thread, uint32_t resource, struct moment_at at)
{
    if (h->full)
        return;
    struct resource *on = &h->resources[resource];
    uint32_t deed = add_pinned(h, thread, (struct deed){.resource = resource, .other = arrive(on), .what = DEED_wait}, at);
    if (on->kind == RESOURCE_barrier) /* who comes wakes the others */
        note_wake(h, resource, thread, deed);
}

void history_wake(struct history *h, uint32_t thread, uint32_t resource, struct moment_at at)
{
    if (h->full)
        return;
    const struct history_thread *t = &h->threads[thread];
    for (uint32_t i = 0; i < t->held_count && h->resources[resource].kind == RESOURCE_condition; i++)
        h->resources[t->held[i].resource].tells = true;
    note_wake(h, resource, thread,
              add_pinned(h, thread, (struct deed){.resource = resource, .what = DEED_wake}, at));
}

void history_take(struct history *h, uint32_t thread, uint32_t resource, struct moment_at at)
{
    if (!h->full)
        add_pinned(h, thread, (struct deed){.resource = resource, .what = DEED_take}, at);
}

void history_pass(struct history *h, uint32_t thread, uint32_t barrier, uint32_t round, struct moment_at at)
{
    if (!h->full)
        add_pinned(h, thread, (struct deed){.resource = barrier, .other = round, .what = DEED_take}, at);
}

struct need history_mark(struct history *h, uint32_t thread)
{
    pin(&h->threads[thread]);
    return (struct need){thread, h->threads[thread].count};
}

void history_need(struct history *h, uint32_t thread, struct need need, bool soft)
{
    if (h->full || need.thread == thread)
        return;
    h->needs = memory_grow32(h->needs, h->need_count + 1, &h->need_capacity, sizeof *h->needs);
    h->needs[h->need_count] = need;
    add_pinned(h, thread, (struct deed){.resource = HISTORY_NONE, .other = h->need_count++, .what = DEED_need, .soft = soft},
               (struct moment_at){0});
}

void history_need_all(struct history *h, uint32_t thread)
{
    for (uint32_t i = 0; i < h->thread_count; i++)
        if (i != thread && h->threads[i].count)
            history_need(h, thread, history_mark(h, i), true);
}

void history_free(struct history *h)
{
    if (!h)
        return;
    for (uint32_t i = 0; i < h->thread_count; i++) {
        free(h->threads[i].deeds);
        free(h->threads[i].held);
        map_free(&h->threads[i].touches);
    }
    for (uint32_t i = 0; i < h->resource_count; i++)
        free(h->resources[i].wakers);
    size_t place = 0;
    for (const struct map_entry *entry; (entry = map_next(&h->wishes, &place));)
        for (struct wish *wish = entry->value, *next; wish; wish = next) {
            next = wish->next;
            free(wish->held);
            free(wish->at);
            free(wish);
        }
    place = 0;
    for (const struct map_entry *entry; (entry = map_next(&h->by_order, &place));) {
        free(((struct wishes *)entry->value)->at);
        free(entry->value);
    }
    map_free(&h->last_wakes);
    map_free(&h->wishes);
    map_free(&h->by_order);
    map_free(&h->threads_by_key);
    map_free(&h->resources_by_key);
    map_free(&h->site_numbers);
    free(h->threads);
    free(h->resources);
    free(h->needs);
    free(h->sites);
    free(h);
}
