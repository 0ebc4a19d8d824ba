/* SPDX-License-Identifier: MIT */
/* Where no place is free: the next table. */
#include "check/places.h"

#include <stdbool.h>

#include "core/memory.h"

/* The object of a record that is being filled: none lives there. */
enum { CLAIMED = 1 };

static bool claim(_Atomic uint64_t *place)
{
    uint64_t none = 0;

    return atomic_load_explicit(place, memory_order_relaxed) == none && atomic_compare_exchange_strong(place, &none, CLAIMED);
}

/* The table of a level; of two that make it at once the second's memory is lost. */
static void *table_of(struct places *places, unsigned level)
{
    void *table = atomic_load_explicit(&places->levels[level], memory_order_acquire), *other = NULL;

    if (!table && (table = memory_keep(places->size * PLACES << PLACES_GROWTH * level)) &&
        !atomic_compare_exchange_strong(&places->levels[level], &other, table))
        table = other;
    return table;
}

void *places_claim(struct places *places, uint64_t object)
{
    uint64_t hash = places_hash(object);
    _Atomic uint64_t *place;
    void *table;

    for (unsigned level = 0; level < PLACES_LEVELS && (table = table_of(places, level)); level++)
        for (unsigned way = 0; way < PLACES_WAYS; way++)
            if (claim((place = places_at(table, places->size, level, hash, way))))
                return place;
    place = places_at(places->levels[0], places->size, 0, hash, 0);
    atomic_store(place, CLAIMED);
    return place;
}
