/* SPDX-License-Identifier: MIT */
/* Descriptors that a sink's own threads have, which to the program aren't open. */
#ifndef THRUM_INTERPOSE_DESCRIPTOR_H
#define THRUM_INTERPOSE_DESCRIPTOR_H

#include <stdbool.h>

/* Before a call at `site` closes a descriptor: true where the program isn't to know of it, and errno is EBADF. What a sink
 * closes itself is its own no longer. Async-signal-safe. */
bool descriptor_is_hidden(int fd, const void *site);

/* The first that is hidden from the program, from this one on; -1 where there is none, or it is a sink that asks. */
int descriptor_next_hidden(unsigned from, const void *site);

#endif
