/* SPDX-License-Identifier: MIT */
/* Which findings have to do with what was asked for. */
#ifndef THRUM_ANALYZE_FINDING_PART_H
#define THRUM_ANALYZE_FINDING_PART_H

#include "analyze/finding.h"
#include "analyze/selection.h"
#include "model/model.h"

/*
 * Leaves those findings that a wanted thread of a wanted process takes part in, with a wanted lock, and something of which was
 * in the range; what threads wait for in one that happened goes on. The model says what processes are called, and when the
 * recording began. The result is how many were taken away.
 */
size_t findings_part(struct findings *, const struct selection *, const struct model *);

#endif
