/* SPDX-License-Identifier: MIT */
/* The reader that uses libbabeltrace2: slower, and reads whatever that does. */
#ifndef THRUM_TRACE_READER_BABELTRACE_H
#define THRUM_TRACE_READER_BABELTRACE_H

#include "trace/reader.h"

/* Functions as those of reader.h. */
struct babeltrace_reader;
int babeltrace_reader_open(struct babeltrace_reader **, const char *const *paths, size_t count, char **trouble);
const struct trace_event *babeltrace_reader_next(struct babeltrace_reader *);
const struct reader_losses *babeltrace_reader_losses(const struct babeltrace_reader *);
int64_t babeltrace_reader_stopped_ns(const struct babeltrace_reader *);
void babeltrace_reader_close(struct babeltrace_reader *);

#endif
