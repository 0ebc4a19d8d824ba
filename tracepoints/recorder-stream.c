/* SPDX-License-Identifier: MIT */
/*
 * Streams: which thread has which, packets and chunks one after another. All of this is the slow path, and runs with
 * signals blocked.
 *
 * A chunk is always a row of whole packets, of which the last reaches to the end of the file. A new packet is written
 * behind the content of the last one, where no reader looks yet; then one store to the last one's packet_size, which ends
 * it there, makes the new one visible.
 */
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "recorder-held.h"
#include "recorder-state.h"

enum {
    KIB = 1024,
    STEP_FIRST = 16 * KIB, /* what a stream takes of the disk at once: first, and later */
    STEP_LAST = 256 * KIB,
    DROP = 1024 * KIB, /* what it gives back of its memory at once */
    CHUNK_FIRST = 1024 * KIB, /* the size of chunks, most of which is a hole until it is written */
    CHUNK_LAST = 64 * 1024 * KIB,
    PAGE = 4 * KIB,
    SCAN = 8, /* how many streams to look at for one whose thread is gone */
};

__thread struct recorder_self recorder_self;
bool stream_plain_clock;

static uint64_t now(struct recorder_state *state, struct stream *stream)
{
    if (stream_plain_clock)
        return clock_monotonic_ns();
    for (;;) {
        uint64_t since = clock_ticks() - stream->line.start;
        if (since <= stream->line.span)
            return clock_on_line(&stream->line, since);
        clock_refresh(&state->clock, &stream->line);
    }
}

static size_t round_up(size_t size, size_t unit)
{
    return (size + unit - 1) / unit * unit;
}

static uint32_t stream_number(const struct recorder_state *state, const struct stream *stream)
{
    return (uint32_t)(stream - state->streams);
}

static uint8_t *content_end(struct packet *packet)
{
    return (uint8_t *)packet + packet->content_size / 8;
}

/* --- packets --- */

/* Writes an empty packet at `at` that reaches to the end of the chunk. */
static struct packet *packet_make(struct recorder_state *state, struct stream *stream, const struct chunk *chunk,
                                  uint8_t *at, uint64_t sequence)
{
    uint64_t ns = now(state, stream);

    if (stream->packet && ns < stream_last_ns(stream))
        ns = stream_last_ns(stream);
    *(struct packet *)at = (struct packet){
        .magic = PACKET_MAGIC, .stream = stream_number(state, stream),
        .packet_size = (uint64_t)(chunk->base + chunk->size - at) * 8, .content_size = sizeof(struct packet) * 8,
        .timestamp_begin = ns, .timestamp_end = ns, .events_discarded = stream->discarded, .sequence = sequence,
        .pid = stream->pid, .tid = stream->tid};
    return (struct packet *)at;
}

/* Goes on in `packet`: events from here on are written there. */
static void packet_enter(struct stream *stream, struct packet *packet)
{
    stream->sequence = packet->sequence + 1;
    stream->packet = packet;
    if (stream->held)
        held_record(stream);
    stream->reserved = content_end(packet);
}

/* --- room --- */

/* Makes the chunk writable up to `end` at least; at once as much as it has already, within bounds. */
static int extend(struct recorder_state *state, struct stream *stream, const struct chunk *chunk, bool shown, uint8_t *end)
{
    size_t from = (size_t)(stream->limit - chunk->base), to = (size_t)(end - chunk->base);
    size_t step = from < STEP_FIRST ? STEP_FIRST : from < STEP_LAST ? from : STEP_LAST;

    to = round_up(to > from + step ? to : from + step, STEP_FIRST);
    if (to > chunk->size)
        to = chunk->size;
    int error = process_take(state, to - from);
    if (!error)
        error = chunk_fill(state, stream_number(state, stream), chunk, shown, from, to);
    if (!error)
        stream->limit = chunk->base + to;
    return error;
}

/* Gives back the pages behind the writer, but those that hold the packet's header: memory in use stays small. */
static void drop_behind(struct stream *stream)
{
    uintptr_t end = (uintptr_t)content_end(stream->packet) / PAGE * PAGE;
    uintptr_t header_end = round_up((uintptr_t)(stream->packet + 1), PAGE);
    uintptr_t begin = (uintptr_t)stream->dropped;

    if (begin < header_end)
        begin = header_end;
    if (end <= begin || end - begin < DROP)
        return;
    chunk_drop((uint8_t *)begin, end - begin);
    stream->dropped = (uint8_t *)end;
}

/* --- chunks --- */

static size_t chunk_size(const struct stream *stream, size_t need)
{
    size_t size = stream->chunk.base ? stream->chunk.size * 4 : CHUNK_FIRST;

    if (size > CHUNK_LAST)
        size = CHUNK_LAST;
    return need > size ? round_up(need, STEP_LAST) : size;
}

/* A chunk that can be written to its first `need` bytes, not yet shown. */
static int chunk_begin(struct recorder_state *state, struct stream *stream, struct chunk *chunk, size_t size, size_t need)
{
    int error = chunk_make(state, stream_number(state, stream), size, chunk);

    if (error)
        return error;
    stream->chunk = *chunk;
    stream->limit = stream->dropped = chunk->base;
    error = extend(state, stream, chunk, false, chunk->base + need);
    if (error) {
        chunk_remove(state, stream_number(state, stream), chunk);
        chunk_unmap(chunk);
    }
    return error;
}

/* The memory of the ring's oldest chunk, hidden from readers, to be the next one. */
static int chunk_recycle(struct recorder_state *state, struct stream *stream, struct chunk *chunk)
{
    struct chunk *oldest = &stream->ring[chunk->number % RING_CHUNKS];
    int error = chunk_hide(state, stream_number(state, stream), oldest, chunk->number);

    if (error)
        return error;
    chunk->base = oldest->base;
    chunk->size = oldest->size;
    oldest->base = NULL;
    stream->chunk = *chunk;
    stream->limit = chunk->base + chunk->size;
    return 0;
}

static int ring_begin(struct recorder_state *state, struct stream *stream, struct chunk *chunk, size_t need)
{
    size_t size = recorder_config.ring / RING_CHUNKS;
    struct chunk *oldest = &stream->ring[chunk->number % RING_CHUNKS];

    if (need > size)
        return -EMSGSIZE;
    if (!oldest->base)
        return chunk_begin(state, stream, chunk, size, size);
    if (recorder_self.depth <= 1)
        return chunk_recycle(state, stream, chunk);
    /* An interrupted event may still be written to the old memory: it is left alone, and only its file goes. */
    int error = chunk_hide(state, stream_number(state, stream), oldest, chunk->number);
    if (error)
        return error;
    chunk_remove(state, stream_number(state, stream), chunk);
    oldest->base = NULL;
    atomic_fetch_sub(&state->recording->used, size);
    return chunk_begin(state, stream, chunk, size, size);
}

/* Goes on in a chunk that has room for `need` bytes behind its first packet's header. */
static int chunk_next(struct recorder_state *state, struct stream *stream, size_t need)
{
    const bool ring = recorder_config.ring > 0 && !stream->kept;
    const struct stream was = *stream;
    struct chunk old = was.chunk, new = {.number = old.number + (old.size > 0)};
    int error;

    need += sizeof(struct packet);
    error = ring ? ring_begin(state, stream, &new, need)
                 : chunk_begin(state, stream, &new, chunk_size(stream, need), need);
    if (!error) {
        struct packet *packet = packet_make(state, stream, &new, new.base, was.sequence);
        error = chunk_show(state, stream_number(state, stream), &new);
        if (!error) {
            packet_enter(stream, packet);
            if (ring)
                stream->ring[new.number % RING_CHUNKS] = new;
            else if (recorder_self.depth <= 1) /* else an interrupted event may still be written there */
                chunk_unmap(&old);
            return 0;
        }
        chunk_remove(state, stream_number(state, stream), &new);
        chunk_unmap(&new);
    }
    *stream = was;
    return error;
}

/* --- whose stream --- */

/* A stream whose thread is gone; NULL where a short look finds none. */
static struct stream *find_left(struct recorder_state *state, int32_t tid)
{
    uint32_t count = recorder_config.next_stream - state->first_stream;

    for (uint32_t i = 0; i < count && i < SCAN; i++) {
        struct stream *stream = &state->streams[state->first_stream + state->scan++ % count];
        if (stream->kept)
            continue;
        if (stream->tid == tid || RAW(SYS_tgkill, state->pid, stream->tid, 0) == -ESRCH)
            return stream;
    }
    return NULL;
}

/* Begins another packet in the chunk, behind `at`, or in a new chunk where this one has no more room. */
static int packet_next(struct recorder_state *state, struct stream *stream, uint8_t *at, size_t need)
{
    struct packet *last = stream->packet;
    int error = 0;

    at = (uint8_t *)round_up((uintptr_t)at, PACKET_ALIGN);
    uint8_t *end = at + sizeof(struct packet) + need;
    if (end > stream->chunk.base + stream->chunk.size)
        return chunk_next(state, stream, need);
    if (end > stream->limit)
        error = extend(state, stream, &stream->chunk, true, end);
    if (error)
        return error;
    struct packet *packet = packet_make(state, stream, &stream->chunk, at, stream->sequence);
    __atomic_store_n(&last->packet_size, (uint64_t)(at - (uint8_t *)last) * 8, __ATOMIC_RELEASE);
    packet_enter(stream, packet);
    return 0;
}

/* NULL where there are too many threads: those are counted, not recorded, and the others go on. */
static struct stream *stream_new(struct recorder_state *state)
{
    if (recorder_config.next_stream == RECORDER_STREAMS)
        return NULL;
    return &state->streams[recorder_config.next_stream++];
}

/* Gives a stream to the calling thread, with a packet of its own. */
static int stream_give(struct recorder_state *state, struct stream *stream, int32_t tid, size_t need)
{
    stream->pid = state->pid;
    stream->tid = tid;
    return stream->packet ? packet_next(state, stream, content_end(stream->packet), need) : chunk_next(state, stream, need);
}

static int attach(struct recorder_state *state, size_t need)
{
    int32_t tid = (int32_t)RAW(SYS_gettid);
    struct stream *stream = find_left(state, tid);
    int error;

    if (!stream && !(stream = stream_new(state)))
        return -EAGAIN;
    held_clear(stream);
    error = stream_give(state, stream, tid, need);
    if (!error)
        recorder_self.stream = stream;
    return error;
}

/* --- the slow path --- */

/* The stream's thread does so, and under the lock those that have no stream; packets are begun under it too. */
static void count_in(struct stream *stream)
{
    atomic_fetch_add_explicit(&stream->discarded, 1, memory_order_relaxed);
    __atomic_fetch_add(&stream->packet->events_discarded, 1, __ATOMIC_RELAXED);
}

/* A thread that has no stream: another's packet tells of its events. */
static void count_for_others(struct recorder_state *state)
{
    uint64_t signals = raw_signals_block();
    struct stream *stream = &state->streams[state->first_stream];

    raw_lock_acquire(&state->lock);
    if (stream->packet)
        count_in(stream);
    raw_lock_release(&state->lock);
    raw_signals_restore(signals);
}

/* An event isn't recorded; a program that isn't recorded any longer comes here with each. */
static void count_lost(struct recorder_state *state)
{
    struct stream *stream = recorder_self.stream;

    if (state->recording && atomic_load_explicit(&state->recording->stopped, memory_order_relaxed) == RECORDING_ENDED)
        return; /* nobody wants it */
    if (stream && stream->packet) {
        count_in(stream);
        if (atomic_load_explicit(&state->stopped, memory_order_relaxed))
            stream->limit = NULL; /* so that the next event comes here sooner */
    } else
        count_for_others(state);
    if (state->recording)
        atomic_fetch_add_explicit(&state->recording->lost, 1, memory_order_relaxed);
}

/* Whoever started the recording can stop it: a process notices when it next comes here, in 2 ms at most. */
static bool stopped(struct recorder_state *state)
{
    if (state->recording && atomic_load_explicit(&state->recording->stopped, memory_order_relaxed) != RECORDING_GOES_ON)
        atomic_store(&state->stopped, true);
    return atomic_load_explicit(&state->stopped, memory_order_relaxed);
}

static int begin_process(struct recorder_state *state)
{
    int error = process_open(state);

    if (error)
        return error;
    state->first_stream = recorder_config.next_stream;
    state->pid = (int32_t)RAW(SYS_getpid);
    return 0;
}

/*
 * Where a handler may write: behind what the event it interrupts was promised. An event that is only about to be placed
 * may have left another packet's end there; it will find that the version has changed, and writes nothing.
 */
static uint8_t *behind_interrupted(const struct stream *stream)
{
    uint8_t *content = content_end(stream->packet);

    return stream->reserved > content && stream->reserved <= stream->limit ? stream->reserved : content;
}

/* A stream and a chunk with room for `need` bytes; lock held. *begun: this was the first event of the process. */
static int make_room(struct recorder_state *state, size_t need, bool *begun)
{
    struct stream *stream = recorder_self.stream;
    int error = 0;

    if (state->pid == 0) {
        error = begin_process(state);
        *begun = error == 0;
    }
    if (error)
        return error;
    need += recorder_config.ring ? held_size(stream) : 0;
    if (!stream || stream->pid != state->pid)
        return attach(state, need);
    if (recorder_self.depth > stream->depth)
        return packet_next(state, stream, behind_interrupted(stream), need);
    uint8_t *end = content_end(stream->packet) + need;
    if (end <= stream->limit)
        return 0;
    if (end > stream->chunk.base + stream->chunk.size)
        return chunk_next(state, stream, need);
    drop_behind(stream);
    return extend(state, stream, &stream->chunk, true, end);
}

static void enter(struct recorder_state *state, struct stream *stream)
{
    now(state, stream); /* a line of the clock */
    stream->depth = recorder_self.depth;
    stream->version++;
}

bool stream_prepare(size_t need)
{
    struct recorder_state *state = recorder_state;
    bool begun = false;
    uint64_t signals;
    int error;

    if (!state)
        return false;
    if (stopped(state)) {
        count_lost(state);
        return false;
    }
    signals = raw_signals_block();
    raw_lock_acquire(&state->lock);
    error = make_room(state, need, &begun);
    if (error == -EDQUOT && state->recording && (begun || state->pid == 0))
        atomic_fetch_add_explicit(&state->recording->left_out, 1, memory_order_relaxed);
    if (error && error != -EMSGSIZE && error != -EAGAIN)
        process_stop(state, state->directory, error);
    else if (!error)
        enter(state, recorder_self.stream);
    raw_lock_release(&state->lock);
    raw_signals_restore(signals);
    if (error)
        count_lost(state);
    else if (begun && recorder_config.announce)
        recorder_config.announce(&recorder_sink);
    return error == 0;
}

/* --- what is kept beside rings --- */

static int keep_enter(struct recorder_state *state)
{
    int32_t tid = (int32_t)RAW(SYS_gettid);
    int error = 0;

    if (!state->kept && !(state->kept = stream_new(state)))
        return -EAGAIN;
    state->kept->kept = true;
    if (state->kept->tid != tid)
        error = stream_give(state, state->kept, tid, 0);
    if (!error)
        enter(state, state->kept);
    return error;
}

bool stream_keep_begin(struct stream_keep *keep)
{
    struct recorder_state *state = recorder_state;
    int error;

    if (!recorder_self.stream && !stream_prepare(0))
        return false;
    keep->signals = raw_signals_block();
    keep->own = recorder_self.stream;
    raw_lock_acquire(&state->keep_lock);
    raw_lock_acquire(&state->lock);
    error = stopped(state) ? -ECANCELED : keep_enter(state);
    if (error && error != -ECANCELED && error != -EAGAIN)
        process_stop(state, state->directory, error);
    raw_lock_release(&state->lock);
    if (!error) {
        recorder_self.stream = state->kept;
        return true;
    }
    raw_lock_release(&state->keep_lock);
    raw_signals_restore(keep->signals);
    count_lost(state);
    return false;
}

void stream_keep_end(const struct stream_keep *keep)
{
    recorder_self.stream = keep->own;
    raw_lock_release(&recorder_state->keep_lock);
    raw_signals_restore(keep->signals);
}
