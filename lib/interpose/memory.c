/* SPDX-License-Identifier: MIT */
/* Memory that is given back: the objects in it end, also where nobody destroyed them. malloc itself isn't interposed. */
#include <dlfcn.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "interpose/interpose.h"

/*
 * Whether sizes can be asked for: the allocator is the one next after us, and has a malloc_usable_size(). Where another is
 * before us or in the program itself, the next isn't whose blocks these are, and reads what it never wrote.
 */
static bool sizes_known;

static const void *module_of(const void *address)
{
    Dl_info module;

    return address && dladdr(address, &module) ? module.dli_fbase : NULL;
}

__attribute__((constructor)) static void constructor(void)
{
    int saved = errno;

    sizes_known = module_of(dlsym(RTLD_DEFAULT, "free")) == module_of(&sizes_known) &&
                  module_of((const void *)REAL(free)) == module_of((const void *)REAL(malloc_usable_size));
    errno = saved;
}

static inline void block_ends(void *block, const void *site)
{
    if (block && sizes_known && probe_on())
        probe_memory_end(block, REAL(malloc_usable_size)(block), site);
}

INTERPOSE void free(void *block)
{
    if (block)
        probe_unsafe("free", SITE);
    block_ends(block, SITE);
    REAL(free)(block);
}

/* What a block becomes is known only afterwards: told then, if it moved. An object is lost by moving, and kept by staying. */
static void *block_moved(const void *old, size_t size, void *block, const void *site)
{
    if (old && size > 0 && block && block != old && probe_on())
        probe_memory_end(old, size, site);
    return block;
}

static inline size_t block_size(void *block)
{
    return block && sizes_known && probe_on() ? REAL(malloc_usable_size)(block) : 0;
}

INTERPOSE void *realloc(void *block, size_t size)
{
    size_t old_size = block_size(block);

    probe_unsafe("realloc", SITE);
    return block_moved(block, old_size, REAL(realloc)(block, size), SITE);
}

INTERPOSE void *reallocarray(void *block, size_t count, size_t size)
{
    size_t old_size = block_size(block);

    return block_moved(block, old_size, REAL(reallocarray)(block, count, size), SITE);
}

INTERPOSE int munmap(void *begin, size_t size)
{
    if (probe_on())
        probe_mapping_end(begin, size, SITE);
    return REAL(munmap)(begin, size);
}

INTERPOSE void *mremap(void *begin, size_t old_size, size_t new_size, int flags, ...)
{
    va_list rest;
    void *wanted;

    va_start(rest, flags);
    wanted = flags & MREMAP_FIXED ? va_arg(rest, void *) : NULL;
    va_end(rest);
    if (probe_on())
        probe_mapping_end(begin, old_size, SITE);
    return REAL(mremap)(begin, old_size, new_size, flags, wanted);
}
