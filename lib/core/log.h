/* SPDX-License-Identifier: MIT */
/* The one line that thrum says on stderr when it steps aside; async-signal-safe, no allocation. */
#ifndef THRUM_CORE_LOG_H
#define THRUM_CORE_LOG_H

#include <stdbool.h>

#include "core/visibility.h"

/* As the process starts: what standard error is. */
THRUM_PRIVATE void log_start(void);

/*
 * Whether descriptor 2 is still standard error, or may well be: programs close it, and then a database or a connection has its
 * number. What was put in its place and isn't a terminal, a pipe or a file that is appended to gets no text of ours. Keeps errno.
 */
THRUM_PRIVATE bool log_is_stderr(void);

/* Writes "thrum: " and the parts up to a NULL, and a newline, in one write(2). Keeps errno. */
THRUM_PRIVATE void log_line(const char *part, ...) __attribute__((sentinel));

#endif
