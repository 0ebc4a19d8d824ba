/* SPDX-License-Identifier: MIT */
/*
 * Where acquires come from that don't block. Their events have a site alone, and where that is in a lock's wrapper, as
 * std::lock_guard is one, it says nothing of who took the lock. To have the stack with each would cost fifty times the event. So
 * it is told in an event of its own, before the acquire, when the acquire is new: by its thread, object and site,
 * how deep the stack is, and the object that the thread took just before and holds still. The first time that a thread comes to an
 * order of locks is such a one, and of it the calls are known.
 *
 * Lock-free and async-signal-safe. What two acquires of one hash push each other out of is told again; a process
 * may tell TOLD_FIRST stacks, and another every TOLD_EACH_NS, so that programs with ever new locks aren't held up.
 */
#ifndef THRUM_PROBE_TOLD_H
#define THRUM_PROBE_TOLD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/self.h"
#include "core/visibility.h"

enum { TOLD_BITS = 12, TOLD_FIRST = 2048, TOLD_EACH_NS = 500000 };
extern THRUM_PRIVATE _Atomic uint64_t told_acquires[1 << TOLD_BITS];

static inline uint64_t told_tag(uint64_t object, uint64_t site, uint64_t frame)
{
    return (object ^ thrum_self.last << 7 ^ frame << 17 ^ site << 31 ^ (uint64_t)(uint32_t)thrum_self.tid << 40) * 0x9e3779b97f4a7c15u;
}

/* Whether such an acquire was told of. `frame` is an address in the stack at a distance from the caller's frame that is always the same. */
static inline bool told_before(uint64_t object, uint64_t site, uintptr_t frame)
{
    uint64_t tag = told_tag(object, site, frame);

    return atomic_load_explicit(&told_acquires[tag >> (64 - TOLD_BITS)], memory_order_relaxed) == tag;
}

/* Tells of one where nobody has. Guard off. */
THRUM_PRIVATE void told_tell(const void *object, const void *site, uintptr_t frame);

/* The thread took the object, or gave one back. */
static inline void told_taken(uint64_t object)
{
    thrum_self.last = object;
}

static inline void told_given(void)
{
    thrum_self.last = 0;
}

/* In a forked child, whose trace is its own. */
THRUM_PRIVATE void told_forget(void);

#endif
