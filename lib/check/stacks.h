/* SPDX-License-Identifier: MIT */
/*
 * Where an object was taken, at the cost of a lookup: walking the stack at each acquire would cost a thousand times the
 * acquire. The same site at the same distance from the thread's first frame is, nearly always, the same path of calls; so
 * a stack is walked once for each such pair, and looked up from then on.
 */
#ifndef THRUM_CHECK_STACKS_H
#define THRUM_CHECK_STACKS_H

#include "check/state.h"

/* The stack of the calling thread from `site` outwards; `frame` is the address of its caller's frame. Never NULL. */
const struct check_stack *stacks_here(const struct check_thread *self, uint64_t site, uintptr_t frame);

/* The same where it was walked before, else NULL: a lookup. */
const struct check_stack *stacks_known(const struct check_thread *self, uint64_t site, uintptr_t frame);

#endif
