/* SPDX-License-Identifier: MIT */
/*
 * An allocator that keeps nothing beside its blocks, and has no malloc_usable_size(): who asks libc's for the size of such a
 * block reads the page before it, which can't be read.
 */
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE = 4096, LARGEST = 1 << 18 };

void *malloc(size_t size)
{
    char *pages = size > LARGEST ? MAP_FAILED : mmap(NULL, PAGE + LARGEST, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (pages == MAP_FAILED || mprotect(pages + PAGE, LARGEST, PROT_READ | PROT_WRITE) != 0)
        return NULL;
    return pages + PAGE;
}

void *calloc(size_t count, size_t size)
{
    return size && count > LARGEST / size ? NULL : malloc(count * size);
}

void *realloc(void *block, size_t size)
{
    return !block ? malloc(size) : size > LARGEST ? NULL : block;
}

void free(void *block)
{
    if (block)
        munmap((char *)block - PAGE, PAGE + LARGEST);
}
