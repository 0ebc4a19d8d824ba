/* SPDX-License-Identifier: MIT */
/* The threads of a model, a line for each thing that they hold or wait for. */
#ifndef THRUM_RENDER_THREADS_H
#define THRUM_RENDER_THREADS_H

#include "render/paper.h"
#include "model/model.h"
#include "symbols/symbols.h"

void render_threads(const struct paper *, const struct model *, struct symbols *);

#endif
