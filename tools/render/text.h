/* SPDX-License-Identifier: MIT */
/* Inside the text renderer: one finding. */
#ifndef THRUM_RENDER_TEXT_H
#define THRUM_RENDER_TEXT_H

#include "render/paper.h"
#include "render/render.h"

/* Writes a finding, with times counted from begin_ns; stopped_ns is when recording stopped, 0 where not known. */
void text_finding(const struct paper *, const struct finding *, int64_t begin_ns, int64_t stopped_ns);

/* Writes what follows the findings: notes, how often they were seen, and the verdict over all. */
void text_end(const struct paper *, const struct report *);

#endif
