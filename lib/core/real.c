/* SPDX-License-Identifier: MIT */
/* Finds the real functions: the next definition after ours, so that other preloads and sanitizers stay in the chain. */
#include "core/real.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

struct real real;

static const struct {
    const char *name;
    size_t offset;
} functions[] = {
#define REAL_ENTRY(name, kind, events) {#name, offsetof(struct real, name)},
    REAL_FUNCTIONS(REAL_ENTRY)
#undef REAL_ENTRY
};

/* dlsym may allocate, and an allocator may lock: such a call finds what it needs resolved already, the list's beginning. */
void real_resolve(void)
{
    int saved = errno;

    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        void **slot = (void **)((char *)&real + functions[i].offset);

        if (!*slot)
            *slot = dlsym(RTLD_NEXT, functions[i].name);
    }
    errno = saved;
}

__attribute__((constructor)) static void constructor(void)
{
    real_resolve();
}
