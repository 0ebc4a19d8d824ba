/* SPDX-License-Identifier: MIT */
/*
 * Records of objects, as many as there are, by hash of the address. Each has its place in one of PLACES_WAYS that lie
 * together; where those are taken, in a larger table behind, which is made then. Only where that can't be had, or the last is
 * full, does an object take another's place.
 *
 * | call         | may run beside | by means of                                                                             |
 * |--------------|----------------|-----------------------------------------------------------------------------------------|
 * | places_find  | all            | a place is found by its object, which is written last and cleared first                 |
 * | places_claim | all            | a place is taken by exchange; two at once for one object is an error of the program's   |
 *
 * Both are async-signal-safe.
 */
#ifndef THRUM_CHECK_PLACES_H
#define THRUM_CHECK_PLACES_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "check/state.h"

/* How many lie together, in the first table, and that each is so many powers of two larger than the one before. */
enum { PLACES_WAYS = 8, PLACES = 1 << 14, PLACES_LEVELS = 4, PLACES_GROWTH = 3 };

/* Records begin with their object: 0 where a place is free. */
struct places {
    size_t size; /* of a record */
    void *_Atomic levels[PLACES_LEVELS];
};

/* The `way`th place of what has this hash. */
static inline _Atomic uint64_t *places_at(void *table, size_t size, unsigned level, uint64_t hash, unsigned way)
{
    return (_Atomic uint64_t *)(void *)((char *)table + ((hash & (((uint64_t)PLACES << PLACES_GROWTH * level) - 1)) ^ way) * size);
}

static inline uint64_t places_hash(uint64_t object)
{
    return check_mix(1, object);
}

/* The object's record, or NULL. `size` again, so that it is a constant. */
static inline void *places_find(struct places *places, size_t size, uint64_t object)
{
    uint64_t hash = places_hash(object);
    void *table;

    for (unsigned level = 0; level < PLACES_LEVELS && (table = atomic_load_explicit(&places->levels[level], memory_order_acquire)); level++)
        for (unsigned way = 0; way < PLACES_WAYS; way++) {
            _Atomic uint64_t *place = places_at(table, size, level, hash, way);

            if (atomic_load_explicit(place, memory_order_acquire) == object)
                return place;
        }
    return NULL;
}

/* A record for an object that has none; it is nobody's until the object is written there. */
THRUM_PRIVATE void *places_claim(struct places *places, uint64_t object);

#endif
