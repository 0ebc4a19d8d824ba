/* SPDX-License-Identifier: MIT */
/* Stream files that the recorder made and that are gone. */
#ifndef THRUM_TRACE_MISSING_H
#define THRUM_TRACE_MISSING_H

#include "trace/reader.h"

/* Says that the metadata is. */
void missing_say_metadata(const char *directory, struct reader_losses *losses);

/* Says how many of those that the trace in `directory` lists aren't there; nothing where it has no such list. */
void missing_say(const char *directory, struct reader_losses *losses);

#endif
