/* SPDX-License-Identifier: MIT */
/* thrum's own memory in the traced process: never the program's malloc. Async-signal-safe, lock-free. */
#ifndef THRUM_CORE_MEMORY_H
#define THRUM_CORE_MEMORY_H

#include <stddef.h>
#include "core/visibility.h"

/* Zeroed memory that is kept for ever, aligned for any type; NULL where there is no more. */
THRUM_PRIVATE void *memory_keep(size_t size);

/* A small zeroed block (at most MEMORY_BLOCK bytes), and giving it back; NULL where there is no more. */
enum { MEMORY_BLOCK = 64 };
THRUM_PRIVATE void *memory_block_take(void);
THRUM_PRIVATE void memory_block_give(void *block);

#endif
