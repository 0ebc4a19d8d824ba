/* SPDX-License-Identifier: MIT */
/* The timeline as one self-contained page. */
#ifndef THRUM_RENDER_HTML_H
#define THRUM_RENDER_HTML_H

#include <stdio.h>
#include "render/render.h"
#include "render/timeline-data.h"

/* Writes the page of a finished timeline, with the findings that the report shows and what it says of losses. 0 or -errno. */
int html_write(const struct timeline *, const struct report *, FILE *out);

/* The same of two: one above the other, in one scale and moving together. */
int html_write_pair(const struct timeline *const timelines[2], const struct report *const reports[2], FILE *out);

#endif
