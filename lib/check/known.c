/* SPDX-License-Identifier: MIT */
/* Tables of some keys to a place. One that had to give up many keys is replaced by a larger one, which begins empty. */
#include "check/known.h"

#include <string.h>

#include "check/heap.h"
#include "check/state.h"

/* The larger ones of all threads together take so many bytes at most, and so many more for each object that lives and each order. */
enum { FIRST = 256, GROWTH = 4, LARGEST = 1 << 22, BYTES_FREE = 1 << 18, BYTES_EACH = 192, EVICTED_PART = 4 };

static union {
    struct known known;
    char room[sizeof(struct known) + KNOWN_WAYS * sizeof(uint64_t)];
} nothing;
struct known *const known_nothing = &nothing.known;
static uint64_t bytes_grown; /* under the checker's lock */

static size_t size_of(uint32_t keys)
{
    return sizeof(struct known) + keys * sizeof(uint64_t);
}

static struct known *make(uint32_t keys)
{
    struct known *known = heap_take(size_of(keys));

    if (known)
        known->mask = keys - 1;
    return known;
}

struct known *known_new(void)
{
    struct known *known = make(FIRST);

    return known ? known : known_nothing;
}

struct known *known_reuse(struct known *known)
{
    while (known->before) {
        struct known *before = known->before;

        bytes_grown -= size_of(known->mask + 1);
        heap_give(known, size_of(known->mask + 1));
        known = before;
    }
    if (known != known_nothing) {
        memset(known->keys, 0, FIRST * sizeof(uint64_t));
        known->evicted = 0;
    }
    return known;
}

static bool is_worth(uint32_t keys)
{
    uint64_t living = (uint64_t)atomic_load_explicit(&objects_count, memory_order_relaxed) + check_state.graph.edge_count;

    return keys <= LARGEST && bytes_grown + size_of(keys) <= BYTES_FREE + living * BYTES_EACH;
}

static void grow(struct check_thread *self)
{
    struct known *old = self->known, *known;
    uint32_t keys = (old->mask + 1) * GROWTH;
    sigset_t signals;

    check_lock(&signals);
    known = is_worth(keys) ? make(keys) : NULL;
    if (known) {
        known->before = old;
        bytes_grown += size_of(keys);
        self->known_outside = self->known = known;
    }
    old->evicted = 0;
    check_unlock(&signals);
}

bool known_around(const struct known *known, uint64_t slot, uint64_t key)
{
    for (uint64_t way = 1; way < KNOWN_WAYS; way++)
        if (known->keys[slot ^ way] == key)
            return true;
    return false;
}

void known_add(struct check_thread *self, uint64_t below, uint64_t object, uint64_t key)
{
    struct known *known = self->known;
    uint64_t slot = known_slot(known, below, object);

    if (known == known_nothing || known_has(known, below, object, key, true))
        return;
    for (uint64_t way = 0; way < KNOWN_WAYS; way++)
        if (known->keys[slot ^ way] == 0) {
            known->keys[slot ^ way] = key;
            return;
        }
    if (++known->evicted > (known->mask + 1) / EVICTED_PART)
        grow(self);
    self->known->keys[known_slot(self->known, below, object)] = key;
}
