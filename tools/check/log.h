/* SPDX-License-Identifier: MIT */
/*
 * What the checker in a traced process writes for thrum check: a line of JSON for each module and each finding, with bare
 * addresses; here they become findings with names and lines.
 */
#ifndef THRUM_CHECK_LOG_H
#define THRUM_CHECK_LOG_H

#include "analyze/finding.h"
#include "trace/symbols.h"

struct check_log {
    struct symbols *symbols;
    struct findings findings;
    uint64_t unreadable; /* lines that make no sense: cut by the end of a process, or not the checker's */
};

/* Takes one line; true where it brought a finding, the newest of log->findings. */
bool check_log_take(struct check_log *, const char *line);

#endif
