/* SPDX-License-Identifier: MIT */
/*
 * Where an object was taken, at the cost of a lookup: walking the stack at each acquire would cost a thousand times the
 * acquire. A stack is walked once for each site, distance from the thread's first frame and callers next to the site; from
 * then on it is looked up. The distance alone doesn't do: functions that call a lock's wrapper often have frames of one size.
 */
#ifndef THRUM_CHECK_STACKS_H
#define THRUM_CHECK_STACKS_H

#include "check/state.h"

/* A stack, and what tells it from others. */
struct walked {
    const struct check_stack *stack;
    struct walked *next; /* of the same stack, entered at another distance */
    bool told_apart;     /* the callers are known */
    struct callers callers;
};

/* The stack of the calling thread from `site` outwards; `frame` is the address of its caller's frame. Never NULL. */
const struct walked *stacks_walked(const struct check_thread *self, uint64_t site, uintptr_t frame);

/* Remembers one that is told apart for the fast path. */
void stacks_met(struct check_thread *self, const struct walked *walked, uint64_t site, uintptr_t frame);

static inline const struct check_stack *stacks_here(const struct check_thread *self, uint64_t site, uintptr_t frame)
{
    return stacks_walked(self, site, frame)->stack;
}

#endif
