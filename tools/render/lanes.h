/* SPDX-License-Identifier: MIT */
/*
 * The rows of a timeline that is drawn as it is, once: threads in the order in which they began, and of objects those that
 * were waited for longest. What a row shows at each place of a picture so wide is worked out here, for all that draw.
 */
#ifndef THRUM_RENDER_LANES_H
#define THRUM_RENDER_LANES_H

#include "render/timeline.h"

struct lane {
    uint32_t place;        /* of its thread or object */
    const uint32_t *spans; /* by their begins */
    size_t count;
    int64_t wait_ns;       /* of all its spans */
};

struct lanes {
    const struct timeline *timeline;
    struct lane *threads, *objects;
    size_t thread_count, object_count;
    size_t threads_left_out, objects_left_out;
    uint32_t *spans; /* all of them, thread by thread, then object by object */
};

/* So many threads and objects at most; of more, those that waited longest, or were waited for longest. */
void lanes_make(struct lanes *, const struct timeline *, size_t threads, size_t objects);
void lanes_free(struct lanes *);

/* What a row is at a place: what it was for most of that time. */
enum lane_state {
    LANE_nothing,  /* not there */
    LANE_runs,     /* a thread that holds nothing; an object: nobody has it */
    LANE_holds,    /* a thread that holds something; an object: somebody has it */
    LANE_shared,   /* an object that readers have */
    LANE_acquires, /* waits for a lock */
    LANE_waits,    /* waits for another thread to act */
    LANE_forever,  /* waits, and is part of a deadlock */
    LANE_STATES
};

struct lane_cell {
    enum lane_state state;
    bool contended;  /* an object: somebody waits for it meanwhile */
    bool handler;    /* a signal handler ran */
    uint32_t thread; /* an object: who has it, for the longest part; a thread: TIMELINE_NONE */
    uint32_t span;   /* the one that took the longest part of it; TIMELINE_NONE: none */
};

/* The cells of a row from one time to another, in new memory. */
struct lane_cell *lane_cells(const struct lanes *, const struct lane *, bool object, int64_t from_ns, int64_t to_ns, size_t count);

#endif
