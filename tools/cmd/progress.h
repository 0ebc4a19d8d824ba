/* SPDX-License-Identifier: MIT */
/*
 * How far long work is, on standard error, where that is a terminal and the work takes longer than a second.
 *
 *     struct progress progress = progress_begin("reading");
 *     ... progress_at(&progress, part) ...
 *     progress_end(&progress);
 */
#ifndef THRUM_CMD_PROGRESS_H
#define THRUM_CMD_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *what;
    bool wanted, shown;
    int64_t began_ns, told_ns;
};

struct progress progress_begin(const char *what);

/* `part` of the work is done, 0 to 1; negative: not known. Cheap enough for every few thousand events. */
void progress_at(struct progress *, double part);

/* Leaves an empty line. */
void progress_end(struct progress *);

#endif
