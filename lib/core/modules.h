/* SPDX-License-Identifier: MIT */
/* What is mapped where: the executable and shared objects that sites lie in, so that tools can name them. */
#ifndef THRUM_CORE_MODULES_H
#define THRUM_CORE_MODULES_H

#include <stdbool.h>
#include <stdint.h>

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

/* What a lookup told of an address. */
struct module_lookup {
    const struct module *fresh; /* its module, where no lookup had met it before; else NULL */
    bool foreign;               /* it lies in LTTng-UST: what that does isn't the program's doing */
};

/* A lookup in a small table where the address's page was seen before. Async-signal-safe, lock-free. */
struct module_lookup modules_look_up(uint64_t address);

#endif
