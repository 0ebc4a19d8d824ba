/* SPDX-License-Identifier: MIT */
/* Memory of the checker: records of any size, given back with the size they were taken with. Under the checker's lock. */
#ifndef THRUM_CHECK_HEAP_H
#define THRUM_CHECK_HEAP_H

#include <stddef.h>

/* Zeroed memory, NULL where there is no more. */
void *heap_take(size_t size);
void heap_give(void *memory, size_t size);

#endif
