/* SPDX-License-Identifier: MIT */
/* The raw lock inside an object. It is held for a few instructions, and no probe tells of it. */
#ifndef THRUM_PRIMITIVES_GUARD_H
#define THRUM_PRIMITIVES_GUARD_H

#include "core/futex.h"
#include "thrum/base.h"

_Static_assert(sizeof(struct thrum_guard) == sizeof(struct futex_lock), "a guard is a futex lock");

static inline void guard_begin(struct thrum_guard *guard)
{
    annotate_atomic(&guard->state);
    atomic_init(&guard->state, 0);
}

/* Whether it was free, and nobody was in the way. */
static inline bool guard_acquire(struct thrum_guard *guard)
{
    bool alone = futex_lock_try((struct futex_lock *)guard);
    if (__builtin_expect(!alone, 0))
        futex_lock_wait((struct futex_lock *)guard);
    return alone;
}

/* Who takes the guard from here may free its memory: after this nothing of the object may be touched. */
static inline void guard_release(struct thrum_guard *guard)
{
    futex_lock_release((struct futex_lock *)guard);
}

#endif
