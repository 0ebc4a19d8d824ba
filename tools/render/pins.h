/* SPDX-License-Identifier: MIT */
/* Where findings are pinned on a timeline: on the rows of their threads, at the moments that they tell of. */
#ifndef THRUM_RENDER_PINS_H
#define THRUM_RENDER_PINS_H

#include "render/timeline.h"

struct pin {
    int64_t time_ns;
    uint32_t thread;
    uint32_t finding; /* its place among the report's findings; TIMELINE_NONE: the checker in the process alone told of it */
    uint32_t told;    /* its place in `told`, where the checker told of it then; else TIMELINE_NONE */
    const char *word, *certainty, *message; /* of what it points to */
};

/* All there are in what is drawn, by time, in new memory. */
struct pin *pins_make(const struct timeline *, const struct report *, size_t *count);

/*
 * Which finding of the report the checker in the process told of when it said that: one of the same kind in which that thread
 * takes part, at that place; TIMELINE_NONE: none.
 */
uint32_t pins_finding_of(const struct timeline *, const struct report *, const struct timeline_told *);

/* How many findings the checker alone told of, in what is drawn. */
size_t pins_told_alone(const struct timeline *, const struct report *);

/* Which of so many columns from one time to another have a pin of a thread; in new memory. */
bool *pins_columns(const struct pin *, size_t count, uint32_t thread, int64_t from_ns, int64_t to_ns, size_t width);

#endif
