/* SPDX-License-Identifier: MIT */
/* Cuts a timeline down to what is asked for: a range of time, processes, threads, locks. */
#ifndef THRUM_RENDER_TIMELINE_CUT_H
#define THRUM_RENDER_TIMELINE_CUT_H

#include "analyze/selection.h"
#include "render/timeline-data.h"

/*
 * Leaves of a finished timeline what is wanted. Times stay as they are; what reaches into the range is left whole. The result
 * is the name that nothing fits, or NULL.
 */
const char *timeline_cut(struct timeline *, const struct selection *);

#endif
