/* SPDX-License-Identifier: MIT */
/* Inside the text renderer: one finding. */
#ifndef THRUM_RENDER_TEXT_H
#define THRUM_RENDER_TEXT_H

#include "render/paper.h"
#include "render/render.h"

/* Writes a finding, with times counted from begin_ns. */
void text_finding(const struct paper *, const struct finding *, int64_t begin_ns);

#endif
