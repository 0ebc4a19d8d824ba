/* SPDX-License-Identifier: MIT */
/*
 * What a thread holds: kept for rings, where the packet that told of the acquire may be gone. Only the stream's thread
 * touches its set; a handler that interrupts a change leaves the set alone.
 */
#ifndef THRUM_TRACEPOINTS_RECORDER_HELD_H
#define THRUM_TRACEPOINTS_RECORDER_HELD_H

#include "records.h"
#include "recorder-stream.h"

/* The calling thread took or gave back an object. Async-signal-safe. */
void held_add(const struct thrum_event_held *held);
void held_remove(uint64_t object);

/* Bytes that held_record() writes at most: half of a chunk, where the thread holds more. */
size_t held_size(const struct stream *stream);

/* Writes an event for each held object, newest first, as the first ones of a packet that has room for them. */
void held_record(struct stream *stream);

/* Forgets all: the stream has another thread. */
void held_clear(struct stream *stream);

#endif
