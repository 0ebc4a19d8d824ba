/* SPDX-License-Identifier: MIT */
/*
 * Acquires and releases in which there is nothing to find out: inlined into the interposers, a dozen nanoseconds less than
 * the whole way. An acquire is such a one where the thread took the same object, in its present life, with the same objects
 * held before; a release, where the object was taken last.
 *
 * Called by the thread itself with the guard off, and only while the checker alone listens. A signal handler may take and
 * give back objects between any two of these lines, and leaves the held objects as it found them.
 */
#ifndef THRUM_CHECK_FAST_H
#define THRUM_CHECK_FAST_H

#include "check/known.h"
#include "check/state.h"
#include "core/objects.h"
#include "core/visibility.h"

/* Rises, by CHECK_EPOCH, as a signal gets a handler, as a lock is first taken in one, and in a forked child: what threads know is void. */
enum { CHECK_EPOCH = 0x100 };
extern THRUM_PRIVATE _Atomic uint64_t check_epoch;

/* Of what is held once `object` is taken, with the path of what was before. */
static inline uint64_t check_path(uint64_t below, uint64_t object, uint8_t kind, uint8_t mode)
{
    return check_mix(below, objects_living(object) + (uint64_t)(kind << 8 | mode) * 0xc2b2ae3d27d4eb4fu);
}

/* The first of RECENT_WAYS. */
static inline struct recent *recent_slot(struct check_thread *self, uint64_t site, uintptr_t frame)
{
    return &self->recent[(site ^ site >> 7 ^ frame >> 4 ^ frame >> 11) % (RECENT / RECENT_WAYS) * RECENT_WAYS];
}

/* What lies in the frame's neighbourhood is read only where it was before: at the same frame. */
static inline bool recent_is(const struct recent *recent, uint64_t site, uintptr_t frame)
{
    return recent->frame == frame && callers_sum(site, frame, recent->place) == recent->sum;
}

/* In the ways behind the first: NULL where it isn't there. (Weak as known_around is.) */
const struct recent *recent_behind(const struct recent *first, uint64_t site, uintptr_t frame) __attribute__((weak));

static inline uint64_t known_key(uint64_t path, uint8_t how)
{
    return path ^ (atomic_load_explicit(&check_epoch, memory_order_relaxed) ^ how);
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

/*
 * True where that was all that the acquire asks for. `everywhere`: what is known is looked for in all places, and not in the
 * likeliest alone, which asks for no calls, and so for no saved registers.
 */
static inline __attribute__((always_inline)) bool check_acquire_usual(uint64_t object, uint8_t kind, uint8_t mode, uint8_t how, uint64_t site,
                                                                      uintptr_t frame, bool everywhere)
{
    struct check_thread *self = thrum_self.check;
    const struct recent *recent;
    const struct held *below;
    uint64_t path;

    if (!self)
        return false;
    below = self->top - 1;
    path = check_path(below->path, object, kind, mode);
    if (!known_has(self->known, below->path, object, known_key(path, how), everywhere) || below->depth == 0 || self->top == self->end)
        return false;
    /* What was read so far needn't be kept in registers, of which there are too few. */
    atomic_signal_fence(memory_order_seq_cst);
    recent = recent_slot(self, site, frame);
    if (__builtin_expect(!recent_is(recent, site, frame), 0) && (!everywhere || !(recent = recent_behind(recent, site, frame))))
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
    return true;
}

#endif
