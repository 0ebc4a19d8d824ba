/* SPDX-License-Identifier: MIT */
/* Options that say which part of a recording is wanted: --range, --process, --thread, --lock. */
#ifndef THRUM_CMD_CUT_H
#define THRUM_CMD_CUT_H

#include <argp.h>
#include "analyze/selection.h"

enum { CUT_KEY_RANGE = 0x7200, CUT_KEY_PROCESS, CUT_KEY_THREAD, CUT_KEY_LOCK };

#define CUT_OPTIONS CUT_RANGE, CUT_WHO, CUT_WHAT
#define CUT_RANGE                                                                                                    \
    {"range", CUT_KEY_RANGE, "FROM..TO", 0, "This range of time alone, as in 1.2s..1.5s or 300ms.. ; from the beginning of the trace", 0}
#define CUT_WHO                                                                                                      \
    {"process", CUT_KEY_PROCESS, "PROCESS", 0, "This process alone, by its pid or name; may be given several times, and be a pattern", 0}, \
    {"thread", CUT_KEY_THREAD, "THREAD", 0, "This thread alone, by its tid or name; likewise", 0}
#define CUT_WHAT                                                                                                     \
    {"lock", CUT_KEY_LOCK, "LOCK", 0, "This lock, or what else threads wait on, alone, by its name or address; likewise", 0}

/* Takes these options; ARGP_ERR_UNKNOWN for all else. */
error_t cut_option(struct selection *, int key, char *arg);

struct report;

/* A range that begins after the end of what was read ends the program. */
void cut_check(const struct selection *, const struct report *);

/* "from 1.2 s to 1.5 s, thread worker*": what was asked for; to be freed. NULL: everything. */
char *cut_text(const struct selection *);

#endif
