/* SPDX-License-Identifier: MIT */
/* What is mapped where: the executable and shared objects that sites lie in, so that tools can name them. */
#ifndef THRUM_CORE_MODULES_H
#define THRUM_CORE_MODULES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/python.h"

struct module {
    const struct module *next;
    uint64_t base;  /* address in memory minus address in the file */
    uint64_t begin; /* of its mapping */
    uint64_t end;
    const char *path;
    const char *build_id; /* hexadecimal, "" where there is none */
    bool foreign;         /* LTTng-UST's */
};

/* Learns what is mapped as the process starts; in the constructor only (it may take the loader's lock). */
void modules_start(void);

/* All that are known, newest first; entries live for ever. */
const struct module *modules_known(void);

/* Numbers of the pages that were looked up and are the program's, and lines of Python that were told of, by hash. A library that is mapped where another was
 * unmapped is noticed once its page has lost its slot. */
enum { MODULES_PAGE_SHIFT = 12, MODULES_PAGES = 1024 };
extern _Atomic uint64_t modules_pages[MODULES_PAGES];

static inline _Atomic uint64_t *modules_slot(uint64_t page)
{
    return &modules_pages[(page ^ page >> 10) % MODULES_PAGES];
}

/* Whether the address's page was looked up before, and is the program's; or the line was told of. */
static inline bool modules_met(uint64_t address)
{
    uint64_t page = python_is_site(address) ? address : address >> MODULES_PAGE_SHIFT;

    return atomic_load_explicit(modules_slot(page), memory_order_relaxed) == page;
}

/* A line of Python was told of. */
static inline void modules_meet_line(uint64_t site)
{
    atomic_store_explicit(modules_slot(site), site, memory_order_relaxed);
}

/* What a lookup told of an address. */
struct module_lookup {
    const struct module *fresh; /* its module, where no lookup had met it before; else NULL */
    bool foreign;               /* it lies in LTTng-UST: what that does isn't the program's doing */
};

/* Looks the address up, and remembers its page if it is the program's. Async-signal-safe, lock-free. */
struct module_lookup modules_look_up(uint64_t address);

#endif
