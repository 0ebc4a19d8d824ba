/* SPDX-License-Identifier: MIT */
/*
 * Many locks held at once. An edge from each of them to each lock that is taken under them would make N locks, taken one
 * under the other, N * N edges. So what lies deep among what a thread holds is put together in bundles of a few locks,
 * each a node of the graph:
 *
 *     held:   a b c d   e f g h   i j k l   and w is wanted
 *
 *     a, b, c, d -> bundle 1 -> bundle 2 -> w       e, f, g, h -> bundle 2       i, j, k, l -> w
 *
 * A way leads from one lock to another through bundles exactly where the second was taken under the first: so there are the
 * same cycles as with all the edges. A bundle is of one thread, and used again while that holds the same in the same order.
 * Semaphores, which may turn out to be none of these, are in no bundle.
 *
 * When a lock of a bundle ends, the bundle serves the others on, but nobody holds just that again. When there are many of
 * these they are dissolved: what leads into one gets the edges that it had.
 *
 * All under the checker's lock.
 */
#ifndef THRUM_CHECK_BUNDLE_H
#define THRUM_CHECK_BUNDLE_H

#include "check/order.h"

/* So many to a bundle, and at least so many above all bundles: who nests less has none. */
enum { BUNDLE = 4 };

struct bundle {
    uint32_t references; /* records and bundles above, and the graph */
    uint32_t groups;     /* of BUNDLE held objects each, up to this one */
    uint32_t odd;        /* so many held up to here are in no bundle */
    uint32_t held_count; /* in this one */
    uint64_t hash;       /* of all that is held up to here, and of the thread */
    struct bundle *below;
    struct bundle *next, **link; /* in a list of those in the graph; what points here */
    struct node *node;   /* NULL: it isn't in the graph any more */
    bool is_past;        /* a lock of it, or below, ended */
    struct record_object held[BUNDLE];
};

/*
 * At most so many are in the graph, and so many more for each object in it. Beyond that those go that won't be used again; where
 * there are none, edges serve.
 */
struct bundle_limit {
    uint32_t free, each;
};
extern struct bundle_limit bundle_limit;

/* The one that holds most of what the thread holds, and as much of it as is in bundles; NULL where there is none. */
struct bundle *bundle_of(struct check_thread *self);

void bundle_ref(struct bundle *bundle);
void bundle_unref(struct bundle *bundle);

/* One that is in this bundle or below; NULL where it isn't. */
const struct record_object *bundle_find(const struct bundle *bundle, uint64_t object);

/* An object is about to leave the graph, and with it bundles that only it leads into. */
void bundle_leaves(struct node *node);

/* All that a record holds: the first, and one after the other. NULL behind the last. */
struct holding {
    const struct record *record;
    const struct bundle *bundle;
    uint32_t at;
};
static inline const struct record_object *holding_next(struct holding *holding)
{
    if (holding->at < holding->record->held_count)
        return &holding->record->held[holding->at++];
    uint32_t at = holding->at - holding->record->held_count;

    while (holding->bundle && at == holding->bundle->held_count) {
        holding->bundle = holding->bundle->below;
        holding->at = holding->record->held_count;
        at = 0;
    }
    if (!holding->bundle)
        return NULL;
    holding->at++;
    return &holding->bundle->held[at];
}

#endif
