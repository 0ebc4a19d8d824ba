/* SPDX-License-Identifier: MIT */
/*
 * TSDL, the language of CTF 1.8 metadata: the part of it that LTTng-UST and our recorder write, and what is near it.
 * What isn't understood is an error, never a guess: another reader may take the trace then.
 */
#ifndef THRUM_TRACE_TSDL_H
#define THRUM_TRACE_TSDL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tsdl_kind {
    TSDL_INTEGER, /* enumerations and floats too: `ranges` or `is_float` tell */
    TSDL_STRING,
    TSDL_STRUCT,
    TSDL_VARIANT,
    TSDL_ARRAY,
    TSDL_SEQUENCE,
};

enum tsdl_order { TSDL_NATIVE, TSDL_LITTLE, TSDL_BIG };

/* Numbers of an enumeration that have a label. */
struct tsdl_range {
    const char *label;
    int64_t low, high;
};

struct tsdl_type {
    enum tsdl_kind kind;
    uint32_t align; /* bits; a structure's is at least that of its fields */
    uint32_t depth; /* of types in this one */

    /* integers */
    uint32_t size; /* bits */
    bool is_signed;
    bool is_float;
    bool is_clock; /* mapped to a clock */
    enum tsdl_order order;
    struct tsdl_range *ranges;
    size_t range_count;

    /* structures and variants */
    struct tsdl_field *fields;
    size_t field_count;
    const char *tag; /* of a variant: the field that selects, "" where that isn't said */

    /* arrays and sequences */
    struct tsdl_type *element;
    uint64_t length;         /* of an array */
    const char *length_name; /* of a sequence: the field that counts its elements */

    /* size in bits of what has one: each alignment, and all fields; computed once. UINT64_MAX: it has none */
    uint64_t fixed_bits;
    bool fixed_known;
};

struct tsdl_field {
    const char *name; /* as it is written, with its underscores */
    struct tsdl_type *type;
};

struct tsdl_stream {
    uint64_t id;
    struct tsdl_type *packet_context, *event_header, *event_context; /* NULL: none */
};

struct tsdl_event {
    uint64_t id, stream_id;
    const char *name;
    struct tsdl_type *context, *payload; /* NULL: none */
};

struct tsdl_clock {
    const char *name;
    uint64_t frequency;
    int64_t offset_s, offset;
};

struct tsdl {
    enum tsdl_order order;
    struct tsdl_type *packet_header; /* NULL: none */
    const char *tracer;              /* env.tracer_name, "" where it isn't said */
    const char *host;                /* env.hostname, likewise */
    struct tsdl_clock *clocks;
    size_t clock_count, clock_capacity;
    struct tsdl_stream *streams;
    size_t stream_count, stream_capacity;
    struct tsdl_event *events;
    size_t event_count, event_capacity;
    struct tsdl_arena *arena; /* owns all types and texts */
};

/*
 * Parses metadata text of `length` bytes. 0, or -EBADMSG and *trouble, a line to be freed that says what was not
 * understood and where. *tsdl is to be freed in both cases.
 */
int tsdl_parse(struct tsdl *tsdl, const char *text, size_t length, char **trouble);
void tsdl_free(struct tsdl *tsdl);

/* Size in bits of a type that has a fixed one, its own alignment not counted; UINT64_MAX for any other. */
uint64_t tsdl_fixed_bits(struct tsdl_type *type);

/* A field by its name, one underscore at its front left away; NULL where there is none. */
const struct tsdl_field *tsdl_field(const struct tsdl_type *structure, const char *name);

/* A field's name as readers show it: without one underscore at its front. */
const char *tsdl_shown_name(const char *name);

#endif
