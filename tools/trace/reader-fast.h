/* SPDX-License-Identifier: MIT */
/*
 * The fast reader: maps the streams of traces in the layouts that LTTng-UST and our recorder write, decodes them by
 * programs compiled from the metadata, and merges them by time. It declines what it doesn't understand.
 */
#ifndef THRUM_TRACE_READER_FAST_H
#define THRUM_TRACE_READER_FAST_H

#include "trace/reader.h"

struct fast_reader;

/* A reader of nothing yet. */
struct fast_reader *fast_reader_new(void);

/* Adds the trace of a directory. 0; -ENOTSUP and *why, a line to be freed: declined; another -errno and *why. */
int fast_reader_add(struct fast_reader *reader, const char *directory, char **why);

/* The directory's metadata is missing: so it is said. */
void fast_reader_add_headless(struct fast_reader *reader, const char *directory);

/* Adds a trace that lies in memory, which the caller keeps: each stream must be followed by 8 bytes that can be read. */
struct fast_stream_bytes {
    const uint8_t *bytes;
    size_t size;
};
int fast_reader_add_memory(struct fast_reader *reader, const char *metadata, size_t length,
                           const struct fast_stream_bytes *streams, size_t count, char **why);

/* The next events, none at the end; those given before are gone. */
void fast_reader_refill(struct fast_reader *reader, struct reader_batch *batch);

/* As reader_losses() and so on. */
const struct reader_losses *fast_reader_losses(const struct fast_reader *reader);
double fast_reader_part(const struct fast_reader *);
int64_t fast_reader_stopped_ns(const struct fast_reader *reader);
void fast_reader_close(struct fast_reader *reader);

#endif
