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
 * one thread are only read here, and their threads don't get into each other's way. Of objects that change hands all the
 * time counting would cost more than the fence: once that is seen they are marked, and not counted any longer.
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

enum {
    ORDER_SHARED = 1u << 31, /* in `moves`: its objects change hands all the time */
    ORDER_OFTEN_NS = 2000,   /* a thread's object came back to it sooner */
    ORDER_OFTEN = 16,        /* and so many times in a row */
};

/* The calling thread takes an object that it wasn't the last to give: counts that. */
static __attribute__((noinline, unused)) void order_move_here(struct stream *stream, uint64_t object)
{
    uint32_t hash = order_hash(object);
    struct order_stay *stay = &stream->stays[hash % ORDER_TAKEN];

    const uint64_t now = stream->packet ? stream_last_ns(stream) : 0;

    stay->often = now - stay->since_ns < ORDER_OFTEN_NS ? stay->often + 1 : 0;
    stay->since_ns = now;
    if (stay->often >= ORDER_OFTEN)
        atomic_fetch_or_explicit(&recorder_state->moves[hash], ORDER_SHARED, memory_order_relaxed);
    uint32_t moves = atomic_fetch_add_explicit(&recorder_state->moves[hash], 1, memory_order_relaxed) + 1;
    stream->taken[hash % ORDER_TAKEN] = order_tag(object, moves);
}

/* The calling thread took the object. Whether it was the last that gave it, and needs no fence. */
static inline bool order_take(uint64_t object)
{
    struct stream *stream = recorder_self.stream;
    uint32_t hash = order_hash(object);

    if (__builtin_expect(!stream || object >> ADDR_BITS, 0))
        return false;
    uint32_t moves = atomic_load_explicit(&recorder_state->moves[hash], memory_order_relaxed);
    if (moves & ORDER_SHARED)
        return false;
    if (__builtin_expect(stream->taken[hash % ORDER_TAKEN] == order_tag(object, moves), 1))
        return true;
    order_move_here(stream, object);
    return false;
}

/* The calling thread is about to give the object back. */
static inline void order_give(uint64_t object)
{
    const struct stream *stream = recorder_self.stream;
    uint32_t hash = order_hash(object);

    if (__builtin_expect(!stream, 0))
        return;
    uint32_t moves = atomic_load_explicit(&recorder_state->moves[hash], memory_order_relaxed);
    if (__builtin_expect(!(moves & ORDER_SHARED) && stream->taken[hash % ORDER_TAKEN] != order_tag(object, moves), 0))
        atomic_fetch_add_explicit(&recorder_state->moves[hash], 1, memory_order_relaxed);
}

#endif
