/* SPDX-License-Identifier: MIT */
/*
 * A thread's stream of packets, and the way of an event into it.
 *
 * Who touches what: a stream belongs to one thread until that thread is gone; no other thread reads or writes it. Signal
 * handlers of the same thread do. A handler that records while an event is being written, between stream_begin() and
 * stream_commit(), does so in a new packet, behind the room that the event had been promised; the event then finds that
 * the stream's version has changed, and is written again, behind what the handler wrote. So events are whole as soon
 * as they are committed, also where a handler never returns, and a commit is one store.
 */
#ifndef THRUM_TRACEPOINTS_RECORDER_STREAM_H
#define THRUM_TRACEPOINTS_RECORDER_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "recorder-clock.h"
#include "recording.h"

/*
 * An event's header is LTTng's compact one: 5 bits of id and 27 bits of time, or where those don't do, 31 in place of the
 * id, then 32 bits of id and 64 of time. Events whose addresses need more than 48 bits have ids of their own.
 */
enum { ID_EXTENDED = 31, TIME_BITS = 27, ID_WIDE = 1024, HEADER_COMPACT = 4, HEADER_EXTENDED = 13, ADDR_BITS = 48 };

/* A file of packets, mapped. */
struct chunk {
    uint8_t *base;
    size_t size;
    uint32_t number;
};
enum { RING_CHUNKS = 4 };

/* recorder-order.h */
enum { ORDER_BITS = 12, ORDER_TAKEN = 64 };
struct order_stay {
    uint64_t since_ns; /* about when the object came to the thread */
    uint64_t often;    /* how many times in a row it came soon after it had */
};

struct held_set;

struct stream {
    /* What each event needs. */
    struct packet *packet; /* NULL: none; so it is in zeroed memory, as a forked child finds it */
    uint8_t *limit;        /* end of the memory that can be written without asking the system */
    struct clock_line line;
    uint64_t version;  /* changes with every packet, limit and line */
    uint8_t *reserved; /* end of the room that the newest event was promised */
    uint32_t depth;    /* of the newest event in this packet, as recorder_self.depth */
    /* The rest. */
    struct held_set *held; /* ring only */
    int32_t pid, tid;      /* whose stream it is; pid 0: never used */
    bool kept;             /* what is kept whole beside rings, by all threads in turn */
    _Atomic uint64_t discarded;
    uint64_t sequence; /* of its next packet */
    uint8_t *dropped;  /* behind this address and up to the packet's first page, pages were given back */
    struct chunk chunk;
    struct chunk ring[RING_CHUNKS]; /* the newest chunk is at [chunk.number % RING_CHUNKS] */
    uint64_t taken[ORDER_TAKEN];
    struct order_stay stays[ORDER_TAKEN];
};

/* The calling thread's stream and how many events it is writing: 2 where a handler interrupts an event. */
struct recorder_self {
    struct stream *stream;
    uint32_t depth;
};
extern __thread struct recorder_self recorder_self __attribute__((tls_model("initial-exec")));

/* Not after the newest event's time. */
static inline uint64_t stream_last_ns(const struct stream *stream)
{
    return stream->packet->timestamp_end;
}

/* What an event may take beside its fields. */
enum { STREAM_SLACK = HEADER_EXTENDED + 8 };

/* Where an event goes while it is being written. */
struct slot {
    struct stream *stream;
    struct packet *packet;
    uint64_t start; /* content size before it */
    uint64_t version;
    uint64_t ns;
};

/*
 * Makes the calling thread ready to write an event of at most `size` bytes: gives it a stream, room, a line of the clock.
 * False: the event can't be recorded; it has been counted.
 */
bool stream_prepare(size_t size);

/*
 * Beside rings: makes the stream that is kept whole the calling thread's, until stream_keep_end(); false where it can't
 * be. Between them signals are blocked and no other thread comes here.
 */
struct stream_keep {
    struct stream *own;
    uint64_t signals;
};
bool stream_keep_begin(struct stream_keep *keep);
void stream_keep_end(const struct stream_keep *keep);

/* Whether the clock is read from the system and not from the tick counter. */
extern bool stream_plain_clock;

#define STREAM_INLINE static inline __attribute__((always_inline)) /* on every event's way */

static inline void stream_store(void *at, uint64_t value, size_t size)
{
    __builtin_memcpy(at, &value, size);
}

STREAM_INLINE uint8_t *stream_header(uint8_t *at, unsigned id, uint64_t ns, bool far)
{
    if (__builtin_expect(far || id >= ID_EXTENDED, 0)) {
        *at = ID_EXTENDED;
        stream_store(at + 1, id, 4);
        stream_store(at + 5, ns, 8);
        return at + HEADER_EXTENDED;
    }
    stream_store(at, id | ns << 5, HEADER_COMPACT);
    return at + HEADER_COMPACT;
}

/*
 * The time of an event by the tick counter; false where the line of the clock has ended. `fence`: not before earlier
 * instructions are done.
 */
STREAM_INLINE bool stream_time_of_ticks(const struct stream *stream, bool fence, uint64_t *ns)
{
    if (fence)
        clock_fence();
    uint64_t since = clock_ticks() - stream->line.start;
    *ns = clock_on_line(&stream->line, since);
    return since <= stream->line.span;
}

STREAM_INLINE bool stream_time(const struct stream *stream, bool fence, uint64_t *ns)
{
    if (__builtin_expect(!stream_plain_clock, 1))
        return stream_time_of_ticks(stream, fence, ns);
    *ns = clock_monotonic_ns();
    return true;
}

/* Orders memory for the signal handlers of this thread: the compiler keeps to it. */
static inline void stream_signal_fence(void)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* A place of `size` bytes for an event, whose time comes next; NULL where the slow path has to see to it first. */
STREAM_INLINE uint8_t *stream_place(struct slot *slot, struct stream *stream, size_t size)
{
    const uint32_t depth = recorder_self.depth;

    if (__builtin_expect(!stream || !stream->packet || (depth > 1 && stream->depth < depth), 0))
        return NULL;
    if (stream->depth != depth)
        stream->depth = depth;
    stream_signal_fence();
    slot->stream = stream;
    slot->version = stream->version;
    stream_signal_fence();
    slot->packet = stream->packet;
    slot->start = slot->packet->content_size;
    uint8_t *at = (uint8_t *)slot->packet + slot->start / 8, *limit = stream->limit;
    stream->reserved = at + size;
    stream_signal_fence();
    /* All of it belongs together only if no handler came between. */
    return __builtin_expect(stream->version == slot->version && stream->depth == depth && at + size <= limit, 1) ? at : NULL;
}

/*
 * Begins an event whose fields take at most `size` bytes, and writes its header; where its fields go, or NULL where it
 * can't be recorded. Up to 8 bytes behind the fields may be written too. Ended by stream_commit().
 */
STREAM_INLINE uint8_t *stream_begin(struct slot *slot, unsigned id, size_t size, bool fence)
{
    uint8_t *at;

    size += STREAM_SLACK;
    while (!(at = stream_place(slot, recorder_self.stream, size)) || !stream_time(slot->stream, fence, &slot->ns))
        if (!stream_prepare(size))
            return NULL;
    uint64_t gap = slot->ns - stream_last_ns(slot->stream);
    if (__builtin_expect((int64_t)gap < 0, 0)) /* the processor read its counter too early */
        slot->ns -= gap, gap = 0;
    return stream_header(at, id, slot->ns, gap >= (uint64_t)1 << TIME_BITS);
}

/*
 * The event becomes part of the packet. A handler that comes meanwhile goes on behind this packet, in which the event still
 * has its place.
 */
STREAM_INLINE void stream_publish(struct packet *packet, uint64_t ns, const uint8_t *end)
{
    __atomic_store_n(&packet->timestamp_end, ns, __ATOMIC_RELEASE); /* readers see it before the event */
    __atomic_store_n(&packet->content_size, (uint64_t)(end - (uint8_t *)packet) * 8, __ATOMIC_RELEASE);
}

/* Ends the event whose fields end at `end`. False: a handler recorded meanwhile; begin it again. */
STREAM_INLINE bool stream_commit(struct slot *slot, const uint8_t *end)
{
    stream_signal_fence();
    if (__builtin_expect(slot->stream->version != slot->version, 0))
        return false;
    stream_publish(slot->packet, slot->ns, end);
    return true;
}

#endif
