/* SPDX-License-Identifier: MIT */
/* Saying what can't be read. */
#ifndef THRUM_TRACE_LOSSES_H
#define THRUM_TRACE_LOSSES_H

#include "trace/reader.h"

/* Adds to losses->trouble, after "; " where there is some. */
void losses_say(struct reader_losses *, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
