/* SPDX-License-Identifier: MIT */
/* A slab for each power of two; what is larger is mapped and unmapped by itself. */
#include "check/heap.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check/slab.h"

enum { SMALLEST_SHIFT = 5, LARGEST_SHIFT = 12 };
static struct slab slabs[LARGEST_SHIFT + 1];

static unsigned shift_of(size_t size)
{
    unsigned shift = SMALLEST_SHIFT;

    while (((size_t)1 << shift) < size)
        shift++;
    return shift;
}

void *heap_take(size_t size)
{
    unsigned shift = shift_of(size);
    long mapped;

    if (shift <= LARGEST_SHIFT) {
        slabs[shift].size = (size_t)1 << shift;
        return slab_take(&slabs[shift]);
    }
    mapped = syscall(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1L, 0L);
    return mapped == -1 ? NULL : (void *)mapped;
}

void heap_give(void *memory, size_t size)
{
    unsigned shift = shift_of(size);

    if (shift <= LARGEST_SHIFT)
        slab_give(&slabs[shift], memory);
    else
        syscall(SYS_munmap, memory, size);
}
