/* SPDX-License-Identifier: MIT */
/* Clocks of creation and join: immutable sorted arrays, counted. Under the checker's lock. */
#include "check/clock.h"

#include <stddef.h>

#include "check/heap.h"
#include "check/thread.h"

static size_t clock_size(uint32_t count)
{
    return sizeof(struct check_clock) + count * sizeof(((struct check_clock *)0)->at[0]);
}

struct check_clock *clock_ref(struct check_clock *clock)
{
    if (clock)
        clock->references++;
    return clock;
}

void clock_unref(struct check_clock *clock)
{
    if (clock && --clock->references == 0)
        heap_give(clock, clock_size(clock->count));
}

bool clock_has(const struct check_clock *clock, uint64_t serial, uint32_t epoch)
{
    uint32_t low = 0, high = clock ? clock->count : 0;

    while (low < high) {
        uint32_t middle = (low + high) / 2;

        if (clock->at[middle].serial == serial)
            return clock->at[middle].epoch >= epoch;
        if (clock->at[middle].serial < serial)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* Adds an entry at the end, or raises the last one. */
static void put(struct check_clock *clock, uint64_t serial, uint32_t epoch)
{
    if (clock->count > 0 && clock->at[clock->count - 1].serial == serial) {
        if (clock->at[clock->count - 1].epoch < epoch)
            clock->at[clock->count - 1].epoch = epoch;
        return;
    }
    clock->at[clock->count].serial = serial;
    clock->at[clock->count++].epoch = epoch;
}

static void merge(struct check_clock *into, const struct check_clock *first, const struct check_clock *second)
{
    uint32_t i = 0, j = 0, first_count = first ? first->count : 0, second_count = second ? second->count : 0;

    while (i < first_count || j < second_count) {
        if (j == second_count || (i < first_count && first->at[i].serial <= second->at[j].serial)) {
            put(into, first->at[i].serial, first->at[i].epoch);
            i++;
        } else {
            put(into, second->at[j].serial, second->at[j].epoch);
            j++;
        }
    }
}

/* The entries of both, in a clock of their own that has no reference yet; either may be NULL. */
static struct check_clock *merged(const struct check_clock *first, const struct check_clock *second)
{
    uint32_t most = (first ? first->count : 0) + (second ? second->count : 0);
    struct check_clock *room = heap_take(clock_size(most)), *exact;

    if (!room)
        return NULL;
    merge(room, first, second);
    exact = heap_take(clock_size(room->count));
    if (exact)
        __builtin_memcpy(exact, room, clock_size(room->count));
    heap_give(room, clock_size(most));
    return exact;
}

static void discard(struct check_clock *clock)
{
    if (clock)
        heap_give(clock, clock_size(clock->count));
}

struct check_clock *clock_merge(const struct check_clock *own, const struct check_clock *other, uint64_t serial, uint32_t epoch)
{
    struct check_clock *both = merged(own, other), *last = heap_take(clock_size(1)), *joined = NULL;

    if (both && last) {
        if (serial)
            put(last, serial, epoch);
        joined = merged(both, last);
    }
    if (joined)
        joined->references = 1;
    if (last)
        heap_give(last, clock_size(1));
    discard(both);
    return joined;
}

struct check_clock *clock_join(const struct check_clock *own, const struct check_thread *other)
{
    return clock_merge(own, other->clock, other->witnesses > 0 ? other->serial : 0, other->epoch);
}

bool clock_includes(const struct check_clock *all, const struct check_clock *part)
{
    uint32_t at = 0;

    for (uint32_t i = 0; part && part != all && i < part->count; i++) {
        while (all && at < all->count && all->at[at].serial < part->at[i].serial)
            at++;
        if (!all || at == all->count || all->at[at].serial != part->at[i].serial || all->at[at].epoch < part->at[i].epoch)
            return false;
    }
    return true;
}
