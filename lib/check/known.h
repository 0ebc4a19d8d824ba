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

/* A key is in one of so many slots that lie together. */
enum { KNOWN_WAYS = 4 };

static inline uint64_t known_slot(const struct known *known, uint64_t below, uint64_t object)
{
    return (objects_place(object) ^ below) & known->mask;
}

/*
 * Whether it is in one of those around the slot, but in the slot itself. (Weak: the interposers don't call it and are linked
 * without it, but unoptimised code refers to it.)
 */
bool known_around(const struct known *known, uint64_t slot, uint64_t key) __attribute__((weak));

/* Whether `object` was taken, while what makes the path `below` was held, in the way that makes the key; in the slot itself, or everywhere. */
static inline bool known_has(const struct known *known, uint64_t below, uint64_t object, uint64_t key, bool everywhere)
{
    uint64_t slot = known_slot(known, below, object);

    return __builtin_expect(known->keys[slot] == key, 1) || (everywhere && known_around(known, slot, key));
}

/* Remembers; nothing in a signal handler. */
void known_add(struct check_thread *self, uint64_t below, uint64_t object, uint64_t key);

/* --- under the lock --- */

/* One for a new thread; where there is no memory, nothing is remembered. */
struct known *known_new(void);
/* Empty again, for another thread. */
struct known *known_reuse(struct known *known);

#endif
