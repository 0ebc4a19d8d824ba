/* SPDX-License-Identifier: MIT */
/* From a finding with a schedule to roles that a later run of the program can be steered by. */
#ifndef THRUM_STEER_PLAN_H
#define THRUM_STEER_PLAN_H

#include "analyze/finding.h"
#include "steering.h"
#include "symbols/symbols.h"

/*
 * Fills in the roles of a plan: which thread, told by the order in which they are created, which calls, told by file and
 * offset, and the how-manieth time. The traces at paths are those that the finding is of; symbols has read them. 0, or -errno
 * and *trouble, a line to be freed.
 */
int steer_plan_fill(struct steer *plan, const struct finding *, struct symbols *symbols, const char *const *paths, size_t count,
                    char **trouble);

/* Ways to try, one after the other: 0, 1, 2 ... Each changes who plays and where it pauses, and the later ones how long. */
void steer_plan_try(struct steer *plan, const struct steer *full, unsigned attempt);

#endif
