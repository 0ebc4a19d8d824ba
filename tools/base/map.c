/* SPDX-License-Identifier: MIT */
/* The hash map: linear probing, at most two thirds full; removal moves entries back, so there are no tombstones. */
#include "config.h"
#include "base/map.h"

#include <stdlib.h>
#include "base/memory.h"

static void place_new(struct map *map, uint64_t key, void *value)
{
    size_t i = map_place(map, key);
    while (map->at[i].value)
        i = (i + 1) & map->mask;
    map->at[i] = (struct map_entry){key, value};
    map->count++;
}

static void grow(struct map *map)
{
    struct map old = *map;
    size_t places = old.at ? (old.mask + 1) * 2 : 16;
    *map = (struct map){.at = memory_new(places, sizeof *map->at), .mask = places - 1};
    for (size_t i = 0; old.at && i <= old.mask; i++)
        if (old.at[i].value)
            place_new(map, old.at[i].key, old.at[i].value);
    free(old.at);
}

void map_put(struct map *map, uint64_t key, void *value)
{
    if (map->count)
        for (size_t i = map_place(map, key); map->at[i].value; i = (i + 1) & map->mask)
            if (map->at[i].key == key) {
                map->at[i].value = value;
                return;
            }
    if (!map->at || (map->count + 1) * 3 > (map->mask + 1) * 2)
        grow(map);
    place_new(map, key, value);
}

/* Closes the gap at `hole`, so that every entry is reachable from its own place without one. */
static void close_gap(struct map *map, size_t hole)
{
    for (size_t i = (hole + 1) & map->mask; map->at[i].value; i = (i + 1) & map->mask) {
        size_t from_home = (i - map_place(map, map->at[i].key)) & map->mask;
        size_t from_hole = (i - hole) & map->mask;
        if (from_home >= from_hole) {
            map->at[hole] = map->at[i];
            hole = i;
        }
    }
    map->at[hole].value = NULL;
}

void *map_remove(struct map *map, uint64_t key)
{
    if (!map->count)
        return NULL;
    for (size_t i = map_place(map, key); map->at[i].value; i = (i + 1) & map->mask)
        if (map->at[i].key == key) {
            void *value = map->at[i].value;
            close_gap(map, i);
            map->count--;
            return value;
        }
    return NULL;
}

const struct map_entry *map_next(const struct map *map, size_t *place)
{
    while (map->at && *place <= map->mask) {
        const struct map_entry *entry = &map->at[(*place)++];
        if (entry->value)
            return entry;
    }
    return NULL;
}

void map_free(struct map *map)
{
    free(map->at);
    *map = (struct map){0};
}
