/* SPDX-License-Identifier: MIT */
/*
 * How to decode the packets and events of a trace, compiled once from its metadata: where the numbers that matter lie in
 * a packet's header and context, how an event's header tells what follows, and for each event class a short program
 * that turns its bytes into a record of the event table.
 *
 * Compiled is what tracers write: little endian, events that begin at whole bytes, alignments of at most a byte in
 * events, structures of integers, strings and sequences. Anything else is declined.
 */
#ifndef THRUM_TRACE_FAST_LAYOUT_H
#define THRUM_TRACE_FAST_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/map.h"
#include "trace/reader.h"
#include "trace/tsdl.h"

/* An integer at a fixed place in a structure; size 0: the structure hasn't got it. */
struct layout_int {
    uint32_t bit;
    uint8_t size;
    bool is_signed;
};

/* Reads it; `at` is the structure's first bit, and all of it is known to be there. */
int64_t layout_get(const uint8_t *bytes, uint64_t at, struct layout_int field);

enum { HEAD_OPTIONS = 4 };

/* An event's header: a first number selects what else there is. */
struct layout_head {
    struct layout_int first;
    uint32_t shortest; /* bytes that any header has at least */
    struct layout_option {
        uint64_t low, high;    /* values of the first number */
        struct layout_int id;  /* size 0: the first number is the id */
        struct layout_int time;
        uint32_t size; /* bytes of the whole header */
    } options[HEAD_OPTIONS];
    unsigned count;

    /* The first option again, where its id and time lie in the first 8 bytes: nearly all events have it. */
    struct layout_quick_head {
        uint32_t size; /* 0: there is no such option */
        uint64_t id_mask, low, high;
        uint64_t time_mask;
        uint8_t time_shift;
    } quick;
};

/* One step of a program. `to` is an offset in struct trace_event. */
struct layout_op {
    enum layout_code {
        OP_END,
        OP_ROOM,     /* the next `size` bytes must be there; integers below are counted from here */
        OP_NEXT,     /* goes on `size` bytes */
        OP_INT8,     /* an integer: 64 bits from `byte` on, shifted left, then right */
        OP_INT32,
        OP_INT64,
        OP_SIGNED32,
        OP_SIGNED64,
        OP_LENGTH,   /* as OP_INT64, kept as the next sequence's length */
        OP_STRING,   /* to a pointer */
        OP_OVER,     /* over a string */
        OP_ADDRS,    /* a sequence of unsigned integers of `size` bytes, to a struct thrum_addrs */
        OP_SKIP,     /* over a sequence of elements of `size` bits */
        OP_ZERO,     /* what the trace hasn't got: 8 bytes, or `size` */
        OP_EMPTY,    /* an empty string */
        OP_PID,      /* from the packet's context */
        OP_TID,
    } code;
    uint8_t left, right;
    uint16_t to;
    uint32_t byte;
    uint32_t size;
};

enum { SEQUENCES_MOST = 8 }; /* that an event may have */

enum layout_what { LAYOUT_event, LAYOUT_foreign, LAYOUT_unreadable };

/* A number of an event's record: bits of the 8 bytes at `byte`, written as 8 bytes, so in the order of `to`. */
struct layout_move {
    uint32_t byte;
    uint16_t to;
    uint8_t shift;
    uint8_t size; /* bytes that the record has for it */
    uint64_t mask;
};
enum { MOVES_MOST = 14 };

/*
 * What nearly all events are, such as acquire and release: an address, up to three words that go to bytes side by side,
 * an address. Made without asking which event it is, since a processor couldn't foresee the answer.
 */
struct layout_trio {
    bool fits;          /* the event is so */
    uint8_t turns[3];   /* the words' 8 bytes, rotated right by so many bits, have the word at its place */
    uint16_t to[3];     /* of the address, the words, the address */
    uint32_t bytes[3];  /* where they come from */
    uint64_t masks[2];  /* of the addresses */
    uint64_t word_masks[3];
};

struct layout_event {
    enum layout_what what;
    enum thrum_event_id id; /* of LAYOUT_event */
    /* The program again, where it does no more than fill in all numbers of a record: nearly all events are such. */
    uint32_t quick_size; /* bytes of the event; 0: it does more */
    bool quick_ids;      /* process and thread are the packet's */
    struct layout_trio trio;
    uint32_t ids_byte;   /* with trio, where they aren't: both side by side */
    unsigned move_count;
    struct layout_move moves[MOVES_MOST];
    struct layout_op *ops;
    size_t count, capacity;
};

enum { LAYOUT_NEAR = 64 };
#define LAYOUT_SLOW PTRDIFF_MAX

struct layout_stream {
    uint64_t id;
    uint64_t context_bits; /* of the packet's context, which begins after its header, at its alignment */
    uint32_t context_align;
    struct layout_int packet_size, content_size, begin, end, discarded, sequence, pid, tid;
    uint32_t head_align;
    struct layout_head head;
    struct map events; /* by id: struct layout_event */
    struct layout_event *near[LAYOUT_NEAR]; /* those with small ids */
    ptrdiff_t quick_sizes[LAYOUT_NEAR]; /* of header and event, by the first number of a quick header; else LAYOUT_SLOW */
};

struct layout {
    struct tsdl tsdl;
    uint64_t header_bits; /* of the packet's header; 0: it has none */
    struct layout_int magic, stream_id, instance;
    int64_t offset_ns; /* of the clock */
    unsigned host;     /* that it was recorded on: see base/hosts.h */
    bool own;          /* written by our recorder: counts begin at 0 */
    struct layout_stream *streams;
    size_t stream_count;
};

/* Compiles metadata text. 0 and *layout; or -ENOTSUP and *trouble, why it is declined, a line to be freed. */
int layout_new(struct layout **layout, const char *text, size_t length, char **trouble);
void layout_free(struct layout *layout);

/* The stream class of an id; NULL where there is none. */
struct layout_stream *layout_stream(struct layout *layout, uint64_t id);

/* The event class of an id; NULL where there is none. */
static inline const struct layout_event *layout_event(const struct layout_stream *stream, uint64_t id)
{
    return id < sizeof stream->near / sizeof stream->near[0] ? stream->near[id] : map_get(&stream->events, id);
}

/* Fills in the program of an event class; false and *why where it is declined. */
bool layout_compile(struct layout_event *event, const struct tsdl_stream *stream, const struct tsdl_event *class,
                    const struct layout_stream *packet, const char **why);

/* Fills in its trio, of its moves, where they are that. */
void layout_find_trio(struct layout_event *event);

/* An integer field of a structure of fixed size, by its shown name; size 0 where there is none. */
struct layout_int layout_find(struct tsdl_type *structure, const char *name);

#endif
