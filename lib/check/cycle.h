/* SPDX-License-Identifier: MIT */
/* Cycles in the order graph that can happen. Under the checker's lock. */
#ifndef THRUM_CHECK_CYCLE_H
#define THRUM_CHECK_CYCLE_H

#include "check/order.h"

/* One thread's part in a cycle: it holds where the edge begins and wants where it ends. */
struct cycle_step {
    struct edge *edge;
    struct witness *witness;           /* NULL: on the way through bundles, to the edge that says who wants what */
    const struct record_object *holds; /* what it holds where the step begins */
};

/*
 * Looks for the shortest cycle through an edge by one of its witnesses, and reports it; through an edge from bundles, for one
 * by each of the locks in them. Its threads are distinct, no lock is
 * held by two of them, none is ordered before another by creation and join, and readers don't wait for readers.
 */
void cycle_search(struct edge *edge, struct witness *witness);

#endif
