/* SPDX-License-Identifier: MIT */
/* Cuts a timeline down to what is asked for: a range of time, processes, threads, locks. */
#ifndef THRUM_RENDER_TIMELINE_CUT_H
#define THRUM_RENDER_TIMELINE_CUT_H

#include "render/timeline-data.h"

/* Names, patterns as the shell has them ("worker*"), or numbers: pid, tid, address. None: all. */
struct timeline_names_wanted {
    const char **at;
    size_t count, capacity;
};

struct timeline_cut {
    bool ranged;
    int64_t from_ns, to_ns; /* since the beginning of the timeline; to_ns < 0: to its end */
    struct timeline_names_wanted processes, threads, locks;
};

/*
 * Leaves of a finished timeline what is wanted. Times stay as they are; what reaches into the range is left whole. The result
 * is the name that nothing fits, or NULL.
 */
const char *timeline_cut(struct timeline *, const struct timeline_cut *);

void timeline_want(struct timeline_names_wanted *, const char *name);

#endif
