/* SPDX-License-Identifier: MIT */
/* What the parts of the SVG renderer share. */
#ifndef THRUM_RENDER_SVG_INNER_H
#define THRUM_RENDER_SVG_INNER_H

#include "render/lanes.h"

enum { SVG_ROW = 26, SVG_TOP = 74, SVG_GAP = 18, SVG_MARGIN = 12 };

/* A flag that stands on its point, with "!" in it. */
#define SVG_PIN "<path d=\"M0 9-5.5-1V-4.5A2 2 0 0 1-3.5-6.5H3.5A2 2 0 0 1 5.5-4.5V-1Z\"/><path class=\"b\" d=\"M0-4.5V0.5M0 2.5V3.7\"/>"

struct svg {
    FILE *out;
    const struct timeline_view *view;
    const struct timeline *timeline;
    struct lanes lanes;
    double left, width;    /* of the plot */
    double height;         /* of the picture */
    double *thread_middles; /* of each thread's row, by its place; 0: it has none */
};

/* Where a time is. */
double svg_x(const struct svg *, int64_t time_ns);

/* Text of whatever origin, as the content of an element; at most so many characters, 0: all. Takes it. */
void svg_put_text(const struct svg *, char *text, size_t most);

/* The rows, from y on; where the next would be. */
double svg_put_rows(struct svg *, double y);
void svg_put_arrows(const struct svg *);
void svg_put_path(const struct svg *);
/* Findings, where they are pinned; how many. */
size_t svg_put_pins(const struct svg *);

#endif
