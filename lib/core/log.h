/* SPDX-License-Identifier: MIT */
/* The one line that thrum says on stderr when it steps aside; async-signal-safe, no allocation. */
#ifndef THRUM_CORE_LOG_H
#define THRUM_CORE_LOG_H

#include "core/visibility.h"

/* Writes "thrum: " and the parts up to a NULL, and a newline, in one write(2). Keeps errno. */
THRUM_PRIVATE void log_line(const char *part, ...) __attribute__((sentinel));

#endif
