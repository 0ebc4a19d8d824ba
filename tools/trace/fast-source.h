/* SPDX-License-Identifier: MIT */
/* One stream of a trace: its files one after the other, their packets, their events, in the order of time. */
#ifndef THRUM_TRACE_FAST_SOURCE_H
#define THRUM_TRACE_FAST_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "trace/fast-layout.h"
#include "trace/reader.h"

/* A stream file, or in tests a stretch of memory; mapped while it is read. */
struct stream_file {
    char *path;
    const uint8_t *bytes; /* followed by 8 bytes that can be read; NULL: not mapped */
    uint64_t size;
    bool in_memory; /* given by the caller */
    uint64_t begin; /* of its first packet, in the clock's own count */
};

/* The numbers of the current event's sequences; they may move while they grow, so who wants them is told at the end. */
struct source_numbers {
    uint64_t *at;
    size_t count, capacity;
    struct {
        struct thrum_addrs *whose;
        size_t begin;
    } sequences[SEQUENCES_MOST];
    unsigned sequence_count;
};

/* An event, and room behind it: numbers are written as 8 bytes, and what nobody wants is written there. */
struct source_event {
    struct trace_event event;
    uint64_t spill;
};

struct source {
    struct layout *layout;
    struct stream_file *files; /* in the order of time */
    size_t file_count, file_capacity;
    uint64_t instance; /* files of one instance are one stream */
    uint64_t class_id;

    struct source_event *made; /* room for events that a run decodes ahead; NULL: it isn't being read */

    /* where it is */
    size_t file; /* the file being read */
    bool started;
    uint64_t next_packet; /* offset in the file */
    const struct layout_stream *class;
    const uint8_t *at, *end; /* the next event, and where the packet's content ends */
    const uint8_t *dropped;  /* pages before this one were given back */
    uint64_t clock;
    struct thrum_event_common ids; /* of the packet's context */
    bool cut;      /* the file ends before the packet does */
    bool counting; /* a packet came before this one: its counts are known */
    uint64_t sequence, discarded;
    int64_t end_ns;  /* of the latest packet, as the packet says; 0: it doesn't */
    uint64_t events; /* of this file, up to here */

    /* the event behind those, whose header was read */
    int64_t time_ns; /* or when the source begins, while it hasn't started */
    const struct layout_event *event; /* NULL: its header wasn't read yet */
};

/*
 * Looks at the first packet of a file: its stream's class and instance, and when it begins. False where it holds no
 * packet; then losses say why, unless the file is empty.
 */
bool source_look(struct layout *layout, struct stream_file *file, uint64_t *class_id, uint64_t *instance,
                 struct reader_losses *losses);

/* Goes on to the next event's header; false at the end. */
bool source_find_head(struct source *source, struct reader_losses *losses);

/* Decodes the event whose header was read, or goes over it: what it was. Its strings live as long as the file is mapped. */
enum layout_what source_decode(struct source *source, struct trace_event *event, struct source_numbers *numbers,
                               struct reader_losses *losses);

static inline uint64_t source_load(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/*
 * Decodes the event whose header was read, and those that follow it, at most `most`, as far as they are of the frequent kind
 * that holds numbers only; how many, which may be none. Goes on to the next one's header, unless that is of a rare kind or in
 * the next packet: then there is no source->event.
 */
unsigned source_run(struct source *source, struct source_event *to, unsigned most);

void source_free(struct source *source);

#endif
