/* SPDX-License-Identifier: MIT */
/* Records of one size, cut from kept memory and recycled by a list. */
#include "check/slab.h"

#include <string.h>

#include "core/memory.h"

enum { AT_ONCE = 64 };

/* Zeroed, and not touched before: of a large record only what is used is ever in memory. */
static void *take_fresh(struct slab *slab)
{
    if (slab->fresh == slab->end) {
        slab->fresh = memory_keep(slab->size * AT_ONCE);
        slab->end = slab->fresh ? slab->fresh + slab->size * AT_ONCE : NULL;
    }
    void *record = slab->fresh;
    if (record)
        slab->fresh += slab->size;
    return record;
}

void *slab_take(struct slab *slab)
{
    void *record = slab->spare;

    if (record) {
        slab->spare = *(void **)record;
        memset(record, 0, slab->size);
    } else if (!(record = take_fresh(slab))) {
        return NULL;
    }
    slab->live++;
    return record;
}

void slab_give(struct slab *slab, void *record)
{
    *(void **)record = slab->spare;
    slab->spare = record;
    slab->live--;
}
