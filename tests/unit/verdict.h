/* SPDX-License-Identifier: MIT */
/* Runs the analyses on a script, and holds what they find against lines like "happened deadlock: T1 A->B, T2 B->A". */
#ifndef THRUM_TESTS_VERDICT_H
#define THRUM_TESTS_VERDICT_H

#include "analyze/analysis.h"
#include "script.h"

struct event_copy;

struct verdict_run {
    struct event_copy *events; /* for a second reading */
    size_t event_count, event_capacity;
    struct hints *hints;
    struct model *model;
    struct analyses *analyses;
    struct script *script;
    struct findings findings;
};

/* Begins: model, analyses and script are there. */
struct verdict_run *verdict_new(void);

/* Ends the trace and fills in the findings, by a second reading where that may prove more. losses may be NULL. */
void verdict_find(struct verdict_run *, const struct reader_losses *losses);
void verdict_free(struct verdict_run *);

/* A finding as a line. To be freed. */
char *verdict_line(struct verdict_run *, const struct finding *);

/* All at once: the findings of a script must be these lines, each ended by '\n', and no notes. */
void verdict_expect(const char *play, const char *lines);

/* The same for one finding, whose reason must hold `reason`. */
void verdict_expect_reason(const char *play, const char *line, const char *reason);

#endif
