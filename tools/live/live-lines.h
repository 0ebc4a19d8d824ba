/* SPDX-License-Identifier: MIT */
/* Inside live: what lines of an interpreter's stand for in a running process, and where its objects were made. */
#ifndef THRUM_LIVE_LINES_H
#define THRUM_LIVE_LINES_H

#include "base/map.h"
#include "live/live-threads.h"
#include "records.h"

struct live_line {
    struct thrum_event_source_line event; /* its texts are those below */
    char function[1024], file[1024];
};

/* What a site stands for; false where it is no line, or not known. */
bool live_line_read(const struct live_process *, uint64_t site, struct live_line *);

/* The sites that made objects, by their addresses, as far as the checker remembers. */
void live_births_read(const struct live_process *, struct map *births);

#endif
