/* SPDX-License-Identifier: MIT */
/* What `thrum record` says at its end: where the trace is, what is in it, what isn't, and what to type next. */
#ifndef THRUM_RECORD_SUMMARY_H
#define THRUM_RECORD_SUMMARY_H

#include "record/backend.h"
#include "record/directory.h"

/* Reads the trace, and prints on stderr. */
void summary_print(const struct directory *, const char *program, const struct backend_outcome *);

/* The same of a recording that was streamed to a host, where it is a session of that name; nothing of it is here. */
void summary_print_streamed(const char *host, const char *program, const struct backend_outcome *);

#endif
