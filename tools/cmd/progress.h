/* SPDX-License-Identifier: MIT */
/*
 * How far long work is, on standard error: where that is a terminal and the work takes longer than a second, or as
 * --progress has it; where it is no terminal each time on a line of its own.
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
    bool wanted, shown, terminal;
    int64_t began_ns, told_ns;
    unsigned pass, passes; /* of several that take as long each: this one, from 0, and how many */
};

/* --progress: always also tells of what is short. */
enum progress_when { PROGRESS_auto, PROGRESS_always, PROGRESS_never };
void progress_choose(enum progress_when);

struct progress progress_begin(const char *what);

/* `part` of the work is done, 0 to 1; negative: not known. Cheap enough for every few thousand events. */
void progress_at(struct progress *, double part);

/* The next of several passes, which are told of as one. */
void progress_next(struct progress *);

/* Leaves an empty line; what was always to be told of is said to be done. */
void progress_end(struct progress *);

#endif
