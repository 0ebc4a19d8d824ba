/* SPDX-License-Identifier: MIT */
/* thrum timeline -i: a timeline to move about in, on a terminal. */
#ifndef THRUM_CMD_TIMELINE_SCREEN_H
#define THRUM_CMD_TIMELINE_SCREEN_H

#include "render/timeline.h"

/* Until the user ends it. */
void timeline_screen(const struct timeline_view *);

#endif
