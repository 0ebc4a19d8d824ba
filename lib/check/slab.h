/* SPDX-License-Identifier: MIT */
/* Memory of the checker: records of one size, recycled. Its caller holds the checker's lock. */
#ifndef THRUM_CHECK_SLAB_H
#define THRUM_CHECK_SLAB_H

#include <stddef.h>
#include <stdint.h>

struct slab {
    size_t size; /* of a record, at least a pointer's */
    void *spare; /* list of records given back */
    char *fresh, *end; /* memory that was no record yet */
    uint64_t live;
};

#define SLAB_OF(type) {.size = sizeof(type)}

/* A zeroed record, NULL where there is no more memory; and giving it back. */
void *slab_take(struct slab *slab);
void slab_give(struct slab *slab, void *record);

#endif
