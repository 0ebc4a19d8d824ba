/* SPDX-License-Identifier: MIT */
/*
 * Hashes of (thread, all that it held, what it took): one that is in the set, the graph has. It may forget: what is learned
 * again, the graph notices. Hashes hold the objects' lives, so what was seen of an object that ended isn't taken for
 * what lives there now.
 */
#ifndef THRUM_CHECK_SEEN_H
#define THRUM_CHECK_SEEN_H

#include <stdbool.h>
#include <stdint.h>

/* A lookup: lock-free, by any thread. The key isn't 0. */
bool seen_has(uint64_t key);

/* Under the checker's lock. The set grows with `needed`, how many keys may be worth keeping. */
void seen_add(uint64_t key, uint64_t needed);

#endif
