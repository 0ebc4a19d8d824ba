/* SPDX-License-Identifier: MIT */
/* Renderers of timelines: each is an ops struct in a file of its own, found by its name or by the file that it writes to. */
#ifndef THRUM_RENDER_TIMELINE_H
#define THRUM_RENDER_TIMELINE_H

#include <stdio.h>
#include "analyze/contention.h"
#include "render/render.h"
#include "render/timeline-data.h"

/* What to draw. Nothing in it is the renderer's to change or free. */
struct timeline_view {
    const struct timeline *timeline; /* finished, and cut to what is wanted */
    const struct report *report;
    const struct contention_path *path; /* the critical one; NULL: not wanted */
    const struct timeline_view *beside; /* the page: another to be drawn below it; NULL: none */
    bool colour;                        /* text: in colour */
    size_t width;                       /* of the picture: in columns or pixels; 0: the renderer's own */
    size_t threads, locks;              /* rows at most of each; 0: the renderer's own */
};

struct timeline_ops {
    const char *name;      /* "svg", as --format takes it */
    const char *extension; /* ".svg" */
    const char *summary;   /* "a picture for a report or a paper" */
    const char *noun;      /* "picture": what was written */
    bool shown;            /* goes to standard output where no file is named */
    bool binary;           /* nothing for a terminal */
    /* 0 or -errno; what can't be written is left to the stream. */
    int (*write)(const struct timeline_view *, FILE *out);
};

extern const struct timeline_ops timeline_html, timeline_text, timeline_svg, timeline_png, timeline_perfetto, timeline_chrome;

/* All there are, ended by NULL; the first is written where nothing says which. */
extern const struct timeline_ops *const timeline_formats[];

/* By its name, or by the file's name; NULL: none. */
const struct timeline_ops *timeline_format_named(const char *name);
const struct timeline_ops *timeline_format_of_file(const char *path);

#endif
