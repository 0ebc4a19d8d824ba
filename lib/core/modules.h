/* SPDX-License-Identifier: MIT */
/* What is mapped where: the executable and shared objects that sites lie in, so that tools can name them. */
#ifndef THRUM_CORE_MODULES_H
#define THRUM_CORE_MODULES_H

#include <stdint.h>

struct module {
    const struct module *next;
    uint64_t base;  /* address in memory minus address in the file */
    uint64_t begin; /* of its mapping */
    uint64_t end;
    const char *path;
    const char *build_id; /* hexadecimal, "" where there is none */
};

/* Learns what is mapped as the process starts; in the constructor only (it may take the loader's lock). */
void modules_start(void);

/* All that are known, newest first; entries live for ever. */
const struct module *modules_known(void);

/*
 * The module of an address that is seen for the first time since it was mapped and hasn't been told of, or NULL.
 * A lookup in a small table where the address's page was seen before; async-signal-safe, lock-free.
 */
const struct module *modules_discover(uint64_t address);

#endif
