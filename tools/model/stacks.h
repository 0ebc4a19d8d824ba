/* SPDX-License-Identifier: MIT */
/* Call stacks, each distinct one kept once: a trace has few, and sees them again and again. */
#ifndef THRUM_TRACE_STACKS_H
#define THRUM_TRACE_STACKS_H

#include "records.h"
#include "base/map.h"

struct stack;

/* All zero is empty. */
struct stacks {
    struct map by_hash; /* first of those with one hash */
};

/* The one stack that equals `addrs`; it lives as long as the set. */
const struct stack *stacks_keep(struct stacks *, const struct thrum_addrs *addrs);

void stacks_free(struct stacks *);

#endif
