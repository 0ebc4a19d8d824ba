/* SPDX-License-Identifier: MIT */
/*
 * A hash map from 64-bit numbers (addresses, thread ids, serial numbers) to pointers: open addressing, no allocation
 * but to grow, and it shrinks never. Any key but no NULL value.
 */
#ifndef THRUM_TRACE_MAP_H
#define THRUM_TRACE_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map_entry {
    uint64_t key;
    void *value; /* NULL: a free place */
};

/* All zero is an empty map. */
struct map {
    struct map_entry *at;
    size_t count;
    size_t mask; /* places less one; 0 where none */
};

static inline size_t map_place(const struct map *map, uint64_t key)
{
    key *= 0x9e3779b97f4a7c15u;
    return (size_t)(key ^ (key >> 32)) & map->mask;
}

/* The value of a key, or NULL. */
static inline void *map_get(const struct map *map, uint64_t key)
{
    if (!map->count)
        return NULL;
    for (size_t i = map_place(map, key); map->at[i].value; i = (i + 1) & map->mask)
        if (map->at[i].key == key)
            return map->at[i].value;
    return NULL;
}

/* Sets the value of a key, new or not. */
void map_put(struct map *, uint64_t key, void *value);

/* Takes a key out; its value, or NULL where it wasn't there. */
void *map_remove(struct map *, uint64_t key);

/* The next entry from *place on, which starts at 0 and is moved on; NULL at the end. Don't change the map meanwhile. */
const struct map_entry *map_next(const struct map *, size_t *place);

void map_free(struct map *);

#endif
