/* SPDX-License-Identifier: MIT */
/* Inside live: what a running process has mapped, and where in its memory a symbol of libthrum's is. */
#ifndef THRUM_TRACE_LIVE_MAPS_H
#define THRUM_TRACE_LIVE_MAPS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* An executable or shared object, all its mappings together. */
struct live_module {
    char *path;
    char *build_id; /* hexadecimal, "" where it has none */
    uint64_t base, begin, end; /* base: address in memory minus address in the file */
};

struct live_maps {
    struct live_module *at;
    size_t count, capacity;
};

/* 0 or -errno. */
int live_maps_read(struct live_maps *, pid_t pid);
void live_maps_free(struct live_maps *);

/* The module whose file's name begins so, or NULL. */
const struct live_module *live_maps_find(const struct live_maps *, const char *prefix);

/* The address in memory of a dynamic symbol, 0 where there is none. */
uint64_t live_symbol(const struct live_module *, pid_t pid, const char *name);

#endif
