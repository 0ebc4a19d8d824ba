/* SPDX-License-Identifier: MIT */
/*
 * The short way of an event into its stream, for the events that programs make most:
 *
 *   bool recorder_fast_acquire(record)      false: nothing was written, and the event goes the other way (sink.h)
 *
 * It is written where it is inlined into a function that does no more, so that nothing is kept on the stack: every store
 * costs, because the atomic operations of the program's locks wait until all stores are done. All that is rare (no room,
 * a new line of the clock, a handler that recorded meanwhile, an object that comes from another thread) is left to the other way.
 */
#ifndef THRUM_TRACEPOINTS_RECORDER_FAST_H
#define THRUM_TRACEPOINTS_RECORDER_FAST_H

#include "recorder-order.h"
#include "recorder-pack.h"
#include "recorder.h"

/* How the time of an event stands to what the event tells of. */
enum fast_order { FAST_BEFORE, FAST_TAKE, FAST_TAKE_CONTENDED, FAST_GIVE, FAST_AFTER };

/* Whether the short way will do for an object that is taken or given; *fence: the time is read behind a fence. */
STREAM_INLINE __attribute__((unused)) bool fast_order(const struct stream *stream, enum fast_order order, uint64_t object, bool *fence)
{
    *fence = order == FAST_TAKE_CONTENDED || order == FAST_AFTER;
    if (order == FAST_BEFORE || order == FAST_AFTER)
        return true;
    uint32_t hash = order_hash(object);
    uint32_t moves = atomic_load_explicit(&recorder_state->moves[hash], memory_order_relaxed);
    if (moves & ORDER_SHARED) {
        *fence = order != FAST_GIVE;
        return true;
    }
    return stream->taken[hash % ORDER_TAKEN] == order_tag(object, moves);
}

/*
 * A place for an event, as stream_place(), which it does without the stream's version: a handler that records here always
 * begins a packet, so where the packet is the same none did; and where one did before, stream->depth is its own still.
 */
STREAM_INLINE __attribute__((unused)) struct packet *fast_place(struct stream *stream, size_t size)
{
    struct packet *packet = stream->packet;

    if (__builtin_expect(!packet, 0))
        return NULL;
    uint8_t *end = (uint8_t *)packet + packet->content_size / 8 + size;
    stream->reserved = end;
    stream_signal_fence();
    uint8_t *limit = stream->limit;
    stream_signal_fence();
    return __builtin_expect(end <= limit && stream->packet == packet && stream->depth == 1, 1) ? packet : NULL;
}

/* As stream_commit(). */
STREAM_INLINE __attribute__((unused)) bool fast_commit(struct stream *stream, struct packet *packet, uint64_t ns, const uint8_t *end)
{
    stream_signal_fence();
    if (__builtin_expect(stream->packet != packet, 0))
        return false;
    stream_publish(packet, ns, end);
    return true;
}

#define RECORDER_FAST(name, order)                                                                            \
    STREAM_INLINE __attribute__((unused)) bool recorder_fast_##name(const struct thrum_event_##name *record)  \
    {                                                                                                         \
        struct stream *stream = recorder_self.stream;                                                         \
        bool fence, done = false;                                                                             \
        uint64_t ns;                                                                                          \
                                                                                                              \
        if (__builtin_expect(!stream || addresses_##name(record) >> ADDR_BITS || recorder_self.depth != 0 ||  \
                                 !fast_order(stream, order, record->object, &fence), 0))                      \
            return false;                                                                                     \
        recorder_self.depth = 1;                                                                              \
        stream_signal_fence();                                                                                \
        struct packet *packet = fast_place(stream, size_##name(record, LAYOUT_ADDR) + STREAM_SLACK);          \
        if (__builtin_expect(packet && stream_time_of_ticks(stream, fence, &ns) &&                            \
                                 ns - packet->timestamp_end < (uint64_t)1 << TIME_BITS, 1)) {                 \
            uint8_t *at = (uint8_t *)packet + packet->content_size / 8;                                       \
            at = pack_##name(stream_header(at, THRUM_EVENT_##name, ns, false), record, LAYOUT_ADDR);          \
            done = fast_commit(stream, packet, ns, at);                                                       \
        }                                                                                                     \
        stream_signal_fence();                                                                                \
        recorder_self.depth = 0;                                                                              \
        return done;                                                                                          \
    }
RECORDER_FAST(acquire, FAST_TAKE)
RECORDER_FAST(acquire_end, FAST_TAKE_CONTENDED)
RECORDER_FAST(acquire_fail, FAST_AFTER)
RECORDER_FAST(release, FAST_GIVE)
RECORDER_FAST(wake, FAST_BEFORE)
#undef RECORDER_FAST

#endif
