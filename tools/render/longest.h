/* SPDX-License-Identifier: MIT */
/* The longest waits of a timeline, each in a sentence. */
#ifndef THRUM_RENDER_LONGEST_H
#define THRUM_RENDER_LONGEST_H

#include "render/timeline-data.h"

/* Places of the longest waits, the longest first, at most `most`; to be freed. */
uint32_t *longest_waits(const struct timeline *, size_t most, size_t *count);

/*
 * "Plato waited for forks[1] in eat (dining.c:38), until Hypatia gave it back in eat (dining.c:40)", to be freed. `arrow` is the
 * one that leads there, or NULL.
 */
char *wait_sentence(const struct timeline *, uint32_t span, const struct timeline_arrow *arrow);

/* The arrow that ended a wait, or NULL. */
const struct timeline_arrow *wait_arrow(const struct timeline *, uint32_t span);

#endif
