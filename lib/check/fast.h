/* SPDX-License-Identifier: MIT */
/*
 * Acquires and releases in which there is nothing to find out: inlined into the interposers, a dozen nanoseconds less than
 * the whole way. An acquire is such a one where nothing is held, or where the thread took the same object with the same
 * objects held before and no object of the order graph has ended since; a release, where the object was taken last.
 *
 * Called by the thread itself with the guard off, and only while the checker alone listens. A signal handler may take and
 * give back objects between any two of these lines, and leaves the held objects as it found them.
 */
#ifndef THRUM_CHECK_FAST_H
#define THRUM_CHECK_FAST_H

#include "check/state.h"
#include "core/objects.h"
#include "core/visibility.h"

/* Rises as an object of the order graph ends, and in a forked child: what threads know by path is void. */
extern THRUM_PRIVATE _Atomic uint64_t check_epoch;

static inline uint64_t check_path(uint64_t below, uint64_t object, uint8_t mode)
{
    return check_mix(below, object ^ (uint64_t)mode << 56);
}

static inline struct recent *recent_slot(struct check_thread *self, uint64_t site)
{
    return &self->recent[(site ^ site >> 7) % RECENT];
}

static inline uint64_t *known_slot(struct check_thread *self, uint64_t path)
{
    return &self->known[path % KNOWN];
}

static inline uint64_t known_key(uint64_t path, uint8_t how)
{
    return path ^ (atomic_load_explicit(&check_epoch, memory_order_relaxed) << 8 | how);
}

/* Takes the next place in the held objects; there is one. */
static inline void held_push(struct check_thread *self, uint64_t object, uint64_t what, uint64_t path, const struct check_stack *stack)
{
    struct held *held = self->top++;

    atomic_signal_fence(memory_order_seq_cst);
    held->object = object;
    held->stack = stack;
    held->path = path;
    atomic_signal_fence(memory_order_seq_cst);
    held->what = what;
}

static inline uint64_t held_what(uint8_t kind, uint8_t mode, uint8_t how)
{
    struct held held = {.depth = 1, .kind = kind, .mode = mode, .how = how};

    return held.what;
}

/* True where that was all that the acquire asks for. */
static inline bool check_acquire_usual(uint64_t object, uint8_t kind, uint8_t mode, uint8_t how, uint64_t site, uintptr_t frame)
{
    struct check_thread *self = thrum_self.check;
    const struct recent *recent;
    const struct held *top;
    uint64_t path;

    if (!self || atomic_load_explicit(objects_recent_slot(object), memory_order_relaxed) != object)
        return false;
    recent = recent_slot(self, site);
    if (recent->site != site || recent->frame != frame || callers_sum(frame, recent->places) != recent->sum)
        return false;
    top = self->top;
    path = check_path(top[-1].path, object, mode);
    if (top != self->held && (*known_slot(self, path) != known_key(path, how) || top[-1].depth == 0 || top == self->end))
        return false;
    held_push(self, object, held_what(kind, mode, how), path, recent->stack);
    return true;
}

static inline bool check_release_usual(uint64_t object)
{
    struct check_thread *self = thrum_self.check;
    struct held *held;

    if (!self)
        return false;
    held = self->top - 1;
    if (held->object != object || held->depth != 1)
        return false;
    held->what = 0;
    atomic_signal_fence(memory_order_seq_cst);
    self->top = held;
    if (self->hashed > held)
        self->hashed = held;
    return true;
}

#endif
