/* SPDX-License-Identifier: MIT */
/*
 * What a thread has looked at: acquires, each by a hash of how, of what, and of all that was held, in their present lives.
 * One that is here, the checker has nothing more to learn from. A table for each thread, which alone reads and writes it,
 * so that the fast path is one comparison; it may forget, and grows with what lives.
 *
 * An object's place is near those of its neighbours: who takes locks that lie side by side reads keys that lie side by side.
 */
#ifndef THRUM_CHECK_KNOWN_H
#define THRUM_CHECK_KNOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/objects.h"

struct check_thread;

/* A signal handler may put another in its place at any time: who reads in one has it for good. */
struct known {
    struct known *before; /* a smaller one that it was made for; kept, for a handler may have come amid a look into it */
    uint32_t mask;
    uint32_t evicted; /* keys that had to go for others */
    uint64_t keys[];
};

/* In which nothing is found: its key is none of any path. */
extern struct known *const known_nothing;

static inline uint64_t *known_slot(struct known *known, uint64_t below, uint64_t object)
{
    return &known->keys[(objects_place(object) ^ below) & known->mask];
}

/* Remembers; nothing in a signal handler. */
void known_add(struct check_thread *self, uint64_t below, uint64_t object, uint64_t key);

/* --- under the lock --- */

/* One for a new thread; where there is no memory, nothing is remembered. */
struct known *known_new(void);
/* Empty again, for another thread. */
struct known *known_reuse(struct known *known);

#endif
