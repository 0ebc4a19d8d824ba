/* SPDX-License-Identifier: MIT */
/* A table of lines of eight keys, as the processor reads them. Who reads while a larger one is made reads the old one. */
#include "check/seen.h"

#include <stdatomic.h>
#include <stddef.h>

#include "core/memory.h"

enum { LINE = 8, LINES_FIRST = 1 << 11, LINES_MAX = 1 << 21 };

struct table {
    uint64_t lines; /* a power of two */
    _Atomic uint64_t at[][LINE];
};

static _Atomic(struct table *) current;
static uint64_t evicted; /* since the table was made */

static _Atomic uint64_t *line_of(struct table *table, uint64_t key)
{
    return table->at[key & (table->lines - 1)];
}

bool seen_has(uint64_t key)
{
    struct table *table = atomic_load_explicit(&current, memory_order_acquire);
    const _Atomic uint64_t *line;

    if (!table)
        return false;
    line = line_of(table, key);
    for (int i = 0; i < LINE; i++)
        if (atomic_load_explicit(&line[i], memory_order_relaxed) == key)
            return true;
    return false;
}

/* Where its line is full, one that is there goes. */
static void put(struct table *table, uint64_t key)
{
    _Atomic uint64_t *line = line_of(table, key);

    for (int i = 0; i < LINE; i++)
        if (atomic_load_explicit(&line[i], memory_order_relaxed) == 0) {
            atomic_store_explicit(&line[i], key, memory_order_relaxed);
            return;
        }
    atomic_store_explicit(&line[(key >> 61) % LINE], key, memory_order_relaxed);
    evicted++;
}

/* The old table is kept: others may read in it. All of them are smaller than the newest together. */
static struct table *grow(struct table *old)
{
    uint64_t lines = old ? 4 * old->lines : LINES_FIRST;
    struct table *table = memory_keep(sizeof(*table) + lines * sizeof(table->at[0]));

    if (!table)
        return old;
    table->lines = lines;
    for (uint64_t i = 0; old && i < old->lines; i++)
        for (int j = 0; j < LINE; j++)
            if (atomic_load_explicit(&old->at[i][j], memory_order_relaxed))
                put(table, atomic_load_explicit(&old->at[i][j], memory_order_relaxed));
    evicted = 0;
    atomic_store_explicit(&current, table, memory_order_release);
    return table;
}

void seen_add(uint64_t key, uint64_t needed)
{
    struct table *table = atomic_load_explicit(&current, memory_order_relaxed);

    /* Keys of objects that ended fill the table too; only what lives is a reason for a larger one. */
    if (!table || (evicted > table->lines / 8 && 4 * needed > table->lines * LINE && table->lines < LINES_MAX))
        table = grow(table);
    if (table)
        put(table, key);
}
