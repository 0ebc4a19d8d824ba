/* SPDX-License-Identifier: MIT */
/* Rows of two recordings, side by side. */
#ifndef THRUM_RENDER_CONTENTION_DIFF_H
#define THRUM_RENDER_CONTENTION_DIFF_H

#include "render/contention-inner.h"

enum { BEFORE, AFTER, TIMES };

/* Rows of one key in both recordings; zero where there was none. */
struct change {
    const char *key;
    const char *kind;
    struct contention_row rows[TIMES];
    double by; /* the column that they are sorted by: how much it changed */
};

struct changes {
    struct change *at;
    size_t count, capacity;
};

/* Those that changed most first. */
void changes_make(struct changes *, const struct contention_view *before, const struct contention_view *after, enum contention_table);
void changes_free(struct changes *);

#endif
