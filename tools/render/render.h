/* SPDX-License-Identifier: MIT */
/* Renderers of findings: each is an ops struct in a file of its own. */
#ifndef THRUM_RENDER_H
#define THRUM_RENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "analyze/finding.h"
#include "model/model.h"
#include "trace/reader.h"

/* All that a report is made of. Nothing in it is the renderer's to change or free. */
struct report {
    const char *const *paths; /* of the traces; none where the findings come from a running program */
    size_t path_count;
    const struct model_totals *totals;
    const struct reader_losses *losses;
    int64_t stopped_ns;              /* when recording stopped; 0: not known */
    const struct findings *findings; /* also those that aren't shown */
    bool part;                       /* only what has to do with some of it was asked for */
    bool all;                        /* show also what was found to be infeasible */
    const char *const *notes;        /* what else the reader should know, a line each */
    size_t note_count;
};

struct render_options {
    bool colour;
};

struct render_ops {
    const char *name; /* "text" */
    void (*report)(FILE *out, const struct report *, const struct render_options *);
};

extern const struct render_ops render_text; /* for people */
extern const struct render_ops render_json; /* one object, for programs */
extern const struct render_ops render_sarif; /* SARIF 2.1.0, for code scanning */

/* --- what renderers share --- */

/* Whether this report shows a finding. */
bool report_shows(const struct report *, const struct finding *);

/* How many there are with that certainty, and with any but infeasible; what the user suppresses doesn't count. */
size_t report_count(const struct report *, enum finding_certainty);
size_t report_problems(const struct report *);
size_t report_suppressed(const struct report *);

/* Whether anything of the traces is missing in the report. */
bool report_incomplete(const struct report *);

/* "1,024 events were lost while recording; ...", empty where nothing is missing; to be freed. */
char *report_losses(const struct report *);

/* Text of traced programs, without control characters and with valid UTF-8 only; to be freed. */
char *clean_text(const char *text);

/* "812 ns", "104.2 us", "1.250 ms", "12.345 s", "2 h 05 min", into a buffer that it returns. */
const char *format_duration(char buffer[32], int64_t ns);

/* The same, but to the millisecond however late: "13:38.123", "2:05:00.000". */
const char *format_moment(char buffer[32], int64_t ns);

/* "1,234,567", into a buffer that it returns. */
const char *format_count(char buffer[32], uint64_t count);

#endif
