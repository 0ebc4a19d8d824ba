/* SPDX-License-Identifier: MIT */
/* How many threads wait for each object, as it changes. */
#ifndef THRUM_RENDER_COUNTS_H
#define THRUM_RENDER_COUNTS_H

#include "render/timeline-data.h"

/* Calls tell() for each change, object by object, in the order of time; several at one moment are one. */
void counts_tell(const struct timeline *, void (*tell)(void *self, uint32_t object, int64_t time_ns, unsigned waiting), void *self);

#endif
