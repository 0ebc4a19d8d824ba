/* SPDX-License-Identifier: MIT */
/*
 * A thread's stream of packets, and the way of an event into it.
 *
 * Who touches what: a stream belongs to one thread until that thread is gone; no other thread reads or writes it. Signal
 * handlers of the same thread may: an event recorded by a handler that interrupts stream_begin()...stream_commit() is
 * written and committed at once, where the interrupted event was being written, and the interrupted event is written
 * again behind it. That costs no locked instruction: the commit is a compare-and-swap that is atomic for one processor.
 */
#ifndef THRUM_TRACEPOINTS_RECORDER_STREAM_H
#define THRUM_TRACEPOINTS_RECORDER_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "recorder-clock.h"

/* A packet's header and context, as in the file; recorder-metadata.c describes it to readers. */
struct packet {
    uint32_t magic;
    uint32_t stream_id;
    uint64_t stream;
    uint64_t packet_size;  /* bits, as is content_size */
    uint64_t content_size; /* whole events only, at every instant */
    uint64_t timestamp_begin;
    uint64_t timestamp_end; /* not before the last event's, at every instant */
    uint64_t events_discarded;
    uint64_t sequence;
    int32_t pid;
    int32_t tid;
};
enum { PACKET_MAGIC = 0xC1FC1FC1u, PACKET_ALIGN = 64 };

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

struct held_set;

struct stream {
    /* What each event needs. */
    struct packet *packet; /* NULL: none; so it is in zeroed memory, as a forked child finds it */
    uint8_t *limit;        /* end of the memory that can be written without asking the system */
    struct clock_line line;
    uint64_t last_ns; /* not after the last event's time */
    uint64_t sequence;
    /* The rest. */
    struct held_set *held; /* ring only */
    int32_t pid, tid;      /* whose stream it is; pid 0: never used */
    uint64_t discarded;
    uint8_t *dropped; /* behind this address and up to the packet's first page, pages were given back */
    struct chunk chunk;
    struct chunk ring[RING_CHUNKS]; /* the newest chunk is at [chunk.number % RING_CHUNKS] */
};

/* The calling thread's stream and how many events it is writing: 2 where a handler interrupts an event. */
struct recorder_self {
    struct stream *stream;
    uint32_t depth;
};
extern __thread struct recorder_self recorder_self __attribute__((tls_model("initial-exec")));

/* Where an event goes while it is being written. */
struct slot {
    struct stream *stream;
    struct packet *packet;
    uint64_t start; /* content size before it */
    uint64_t sequence;
    uint64_t ns;
};

/*
 * Makes the calling thread ready to write an event of at most `size` bytes: gives it a stream, room, a line of the clock.
 * False: the event can't be recorded; it has been counted.
 */
bool stream_prepare(size_t size);

/* Whether the clock is read from the system and not from the tick counter. */
extern bool stream_plain_clock;

static inline void stream_store(void *at, uint64_t value, size_t size)
{
    __builtin_memcpy(at, &value, size);
}

static inline uint8_t *stream_header(uint8_t *at, unsigned id, uint64_t ns, bool far)
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

/* The time of an event; false where the line of the clock has ended. `fence`: not before earlier instructions are done. */
static inline bool stream_time(const struct stream *stream, bool fence, uint64_t *ns)
{
    if (__builtin_expect(stream_plain_clock, 0)) {
        *ns = clock_monotonic_ns();
        return true;
    }
    if (fence)
        clock_fence();
    uint64_t since = clock_ticks() - stream->line.start;
    *ns = clock_on_line(&stream->line, since);
    return since <= stream->line.span;
}

/*
 * Begins an event whose fields take at most `size` bytes, and writes its header; where its fields go, or NULL where it
 * can't be recorded. Up to 8 bytes behind the fields may be written too. Every call is followed by stream_commit() or,
 * after NULL, by nothing.
 */
static inline uint8_t *stream_begin(struct slot *slot, unsigned id, size_t size, bool fence)
{
    for (;;) {
        struct stream *stream = recorder_self.stream;
        struct packet *packet = stream ? __atomic_load_n(&stream->packet, __ATOMIC_RELAXED) : NULL;
        if (__builtin_expect(packet != NULL, 1)) {
            slot->sequence = __atomic_load_n(&stream->sequence, __ATOMIC_RELAXED);
            slot->start = __atomic_load_n(&packet->content_size, __ATOMIC_RELAXED);
            uint8_t *at = (uint8_t *)packet + slot->start / 8;
            if (__builtin_expect(at + HEADER_EXTENDED + size + 8 <= stream->limit, 1) &&
                __builtin_expect(stream_time(stream, fence, &slot->ns), 1)) {
                uint64_t gap = slot->ns - stream->last_ns;
                if (__builtin_expect((int64_t)gap < 0, 0)) /* the processor read its counter too early */
                    slot->ns = stream->last_ns, gap = 0;
                slot->stream = stream;
                slot->packet = packet;
                return stream_header(at, id, slot->ns, gap >= (uint64_t)1 << TIME_BITS);
            }
        }
        if (!stream_prepare(HEADER_EXTENDED + size + 8))
            return NULL;
    }
}

/* Replaces *word if it is `old`; atomic for the signal handlers of this thread. */
static inline bool stream_swap(uint64_t *word, uint64_t old, uint64_t new)
{
#if defined(__x86_64__)
    bool swapped;
    __asm__ volatile("cmpxchgq %3, %1" : "=@ccz"(swapped), "+m"(*word), "+a"(old) : "r"(new) : "memory");
    return swapped;
#else
    return __atomic_compare_exchange_n(word, &old, new, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
#endif
}

/* Ends the event whose fields end at `end`. False: a handler recorded meanwhile; begin it again. */
static inline bool stream_commit(struct slot *slot, const uint8_t *end)
{
    uint64_t content = (uint64_t)(end - (uint8_t *)slot->packet) * 8;

    /* Readers see the time's bound before they see the event. */
    __atomic_store_n(&slot->packet->timestamp_end, slot->ns, __ATOMIC_RELEASE);
    if (__builtin_expect(!stream_swap(&slot->packet->content_size, slot->start, content), 0))
        return false;
    if (__builtin_expect(__atomic_load_n(&slot->stream->sequence, __ATOMIC_RELAXED) != slot->sequence, 0)) {
        /* The handler went on to another packet, and this event is older than what is in that one. */
        stream_swap(&slot->packet->content_size, content, slot->start);
        return false;
    }
    slot->stream->last_ns = slot->ns;
    return true;
}

#endif
