/* SPDX-License-Identifier: MIT */
/*
 * Memory from mmap in chunks: a bump allocator for what is kept, and recycled blocks for what is not.
 *
 * | call               | may run beside | by means of                                           |
 * |--------------------|----------------|-------------------------------------------------------|
 * | memory_keep        | all            | one atomic add on the chunk in use; a race for a new  |
 * |                    |                | chunk wastes the loser's chunk's mapping, never memory |
 * | memory_block_take  | all            | each slot of `spare` is owned by who exchanges it out |
 * | memory_block_give  | all            | the same; where all slots are full the block is lost  |
 */
#include "core/memory.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024, ALIGN = 16, SPARE = 256 };

struct chunk {
    _Atomic size_t used;
    size_t size;
};

static _Atomic(struct chunk *) current;
static _Atomic(void *) spare[SPARE];

/* The raw call: other tools interpose mmap. */
static void *map(size_t size)
{
    long address = syscall(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1L, 0L);

    return address == -1 ? NULL : (void *)address;
}

static void *from_chunk(struct chunk *chunk, size_t size)
{
    size_t at = atomic_fetch_add_explicit(&chunk->used, size, memory_order_relaxed);

    return at + size <= chunk->size ? (char *)chunk + at : NULL;
}

static struct chunk *new_chunk(size_t size)
{
    size_t need = size + CHUNK;
    struct chunk *chunk = map(need);

    if (chunk) {
        chunk->size = need;
        chunk->used = (sizeof(*chunk) + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    }
    return chunk;
}

void *memory_keep(size_t size)
{
    size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    for (;;) {
        struct chunk *chunk = atomic_load_explicit(&current, memory_order_acquire);
        void *memory = chunk ? from_chunk(chunk, size) : NULL;

        if (memory)
            return memory;
        struct chunk *fresh = new_chunk(size);
        if (!fresh)
            return NULL;
        if (!atomic_compare_exchange_strong_explicit(&current, &chunk, fresh, memory_order_acq_rel, memory_order_relaxed))
            syscall(SYS_munmap, fresh, fresh->size);
    }
}

void *memory_block_take(void)
{
    for (unsigned i = 0; i < SPARE; i++) {
        if (!atomic_load_explicit(&spare[i], memory_order_relaxed))
            continue;
        void *block = atomic_exchange_explicit(&spare[i], NULL, memory_order_acquire);
        if (block)
            return memset(block, 0, MEMORY_BLOCK);
    }
    return memory_keep(MEMORY_BLOCK);
}

void memory_block_give(void *block)
{
    for (unsigned i = 0; i < SPARE; i++) {
        void *none = NULL;

        if (atomic_compare_exchange_strong_explicit(&spare[i], &none, block, memory_order_release, memory_order_relaxed))
            return;
    }
}
