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

struct check_clock *clock_join(const struct check_clock *own, const struct check_thread *other)
{
    struct {
        struct check_clock clock;
        uint64_t room[2];
    } last = {.clock = {.count = 0}};
    uint32_t most = (own ? own->count : 0) + (other->clock ? other->clock->count : 0) + 1;
    struct check_clock *both = heap_take(clock_size(most)), *all = heap_take(clock_size(most));
    struct check_clock *joined = NULL;

    if (both && all) {
        merge(both, own, other->clock);
        if (other->witnesses > 0)
            put(&last.clock, other->serial, other->epoch);
        merge(all, both, &last.clock);
        joined = heap_take(clock_size(all->count));
    }
    if (joined) {
        __builtin_memcpy(joined, all, clock_size(all->count));
        joined->references = 1;
    }
    if (both)
        heap_give(both, clock_size(most));
    if (all)
        heap_give(all, clock_size(most));
    return joined;
}
