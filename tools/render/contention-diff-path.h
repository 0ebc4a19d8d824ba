/* SPDX-License-Identifier: MIT */
/* What changed of the critical path and of convoys from one recording to another. */
#ifndef THRUM_RENDER_CONTENTION_DIFF_PATH_H
#define THRUM_RENDER_CONTENTION_DIFF_PATH_H

#include "render/contention-diff.h"

/* A part of a path, a gain or a lock's convoys in both recordings; zero where there was none. */
struct time_change {
    char *what; /* in words that are the same in every recording of the program */
    int64_t ns[TIMES];
    uint64_t count[TIMES]; /* times that it was on the path, hand-overs */
};

struct time_changes {
    struct time_change *at;
    size_t count, capacity;
};

enum time_sort { TIMES_path, TIMES_gain, TIMES_convoy };

/* Those that changed most first. */
void time_changes_make(struct time_changes *, const struct contention_view *before, const struct contention_view *after, enum time_sort);
void time_changes_free(struct time_changes *);

int64_t contention_path_ns(const struct contention_view *);

#endif
