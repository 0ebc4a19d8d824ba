/* SPDX-License-Identifier: MIT */
/* Records of one size, cut from kept memory and recycled by a list. */
#include "check/slab.h"

#include <string.h>

#include "core/memory.h"

enum { AT_ONCE = 64 };

static void refill(struct slab *slab)
{
    char *records = memory_keep(slab->size * AT_ONCE);

    for (int i = 0; records && i < AT_ONCE; i++) {
        *(void **)(records + (size_t)i * slab->size) = slab->spare;
        slab->spare = records + (size_t)i * slab->size;
    }
}

void *slab_take(struct slab *slab)
{
    void *record;

    if (!slab->spare)
        refill(slab);
    record = slab->spare;
    if (!record)
        return NULL;
    slab->spare = *(void **)record;
    slab->live++;
    return memset(record, 0, slab->size);
}

void slab_give(struct slab *slab, void *record)
{
    *(void **)record = slab->spare;
    slab->spare = record;
    slab->live--;
}
