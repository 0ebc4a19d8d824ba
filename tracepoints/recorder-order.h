/* SPDX-License-Identifier: MIT */
/*
 * When the time of an acquire must be read with care.
 *
 * A release has an earlier time than the acquire that it lets through. The releaser reads its time before it gives the
 * object back; but a processor may read the tick counter before the acquire's own instructions are done, and where
 * another thread gave the object back, that may be too early. A fence keeps it from that, and costs as much as all else
 * of an event. A thread that was itself the last to give the object back needs none, and that is mostly so.
 *
 * How it is known: `moves` counts, for all objects of one hash, how often one changed hands. A thread keeps, for some
 * of the objects it took, the count at that time; where it is the same still, nobody else took or gave the object. Whoever
 * takes an object otherwise, or gives back what it hasn't taken like that, counts on first. So objects that stay with
 * one thread are only read here, and their threads don't get into each other's way.
 */
#ifndef THRUM_TRACEPOINTS_RECORDER_ORDER_H
#define THRUM_TRACEPOINTS_RECORDER_ORDER_H

#include "recorder-state.h"

static inline uint32_t order_hash(uint64_t object)
{
    return (uint32_t)(object * 0x9e3779b97f4a7c15u >> (64 - ORDER_BITS));
}

static inline uint64_t order_tag(uint64_t object, uint32_t moves)
{
    return object << 16 | (moves & 0xffff);
}

/* Counts that the object changes hands; the count from then on. */
static inline uint32_t order_move(uint64_t object)
{
    return atomic_fetch_add_explicit(&recorder_state->moves[order_hash(object)], 1, memory_order_relaxed) + 1;
}

/* Whether the calling thread was the last that took and gave the object. */
static inline bool order_own(const struct stream *stream, uint64_t object)
{
    uint32_t hash = order_hash(object);
    uint32_t moves = atomic_load_explicit(&recorder_state->moves[hash], memory_order_relaxed);

    return stream->taken[hash % ORDER_TAKEN] == order_tag(object, moves);
}

/* The calling thread took the object. False: it needs the fence. */
static inline bool order_take(uint64_t object)
{
    struct stream *stream = recorder_self.stream;

    if (__builtin_expect(!stream || object >> ADDR_BITS, 0))
        return false;
    if (__builtin_expect(order_own(stream, object), 1))
        return true;
    stream->taken[order_hash(object) % ORDER_TAKEN] = order_tag(object, order_move(object));
    return false;
}

/* The calling thread is about to give the object back. */
static inline void order_give(uint64_t object)
{
    const struct stream *stream = recorder_self.stream;

    if (__builtin_expect(stream && !order_own(stream, object), 0))
        order_move(object);
}

#endif
