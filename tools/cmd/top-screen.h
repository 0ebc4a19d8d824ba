/* SPDX-License-Identifier: MIT */
/* thrum top on a terminal: draws again and again until the user has seen enough. */
#ifndef THRUM_CMD_TOP_SCREEN_H
#define THRUM_CMD_TOP_SCREEN_H

#include "analyze/live.h"

/* Looks every `delay_s` seconds, or less often where a look takes long; `looks` times, 0: until the user ends it. */
void top_screen(struct live *, double delay_s, unsigned long looks);

#endif
