/* SPDX-License-Identifier: MIT */
/* What goes on in a recording right now, in lines as wide as the terminal. */
#ifndef THRUM_RENDER_TOP_H
#define THRUM_RENDER_TOP_H

#include "analyze/live.h"
#include "render/paper.h"

enum top_order { TOP_recent, TOP_total, TOP_waiting, TOP_ORDERS };

struct top_view {
    const struct live *live;
    enum top_order order;  /* of the locks */
    size_t width;          /* 0: as wide as it gets */
    size_t locks, blocked; /* lines at most of each; 0: all */
    double delay_s;        /* 0: not told */
};

struct top_line {
    enum ink ink;
    char *text;
};

struct top_lines {
    struct top_line *at;
    size_t count, capacity;
};

/* Replaces the lines. */
void top_lines_make(struct top_lines *, const struct top_view *);
void top_lines_free(struct top_lines *);

/* "by recent waiting" ... */
const char *top_order_words(enum top_order);

#endif
