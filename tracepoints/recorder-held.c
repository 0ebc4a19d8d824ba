/* SPDX-License-Identifier: MIT */
/* The held set of a ring's stream: a table in memory of its own, doubled when it is full. */
#include "recorder-held.h"

#include <sys/mman.h>

#include "recorder-pack.h"
#include "recorder-state.h"

enum { HELD_FIRST = 64 };

struct held_set {
    uint32_t capacity, count;
    volatile bool busy; /* a change is going on: a handler that interrupts it leaves the set alone */
    struct thrum_event_held at[];
};

static size_t set_size(uint32_t capacity)
{
    return sizeof(struct held_set) + capacity * sizeof(struct thrum_event_held);
}

static struct held_set *set_make(uint32_t capacity)
{
    long at = RAW(SYS_mmap, NULL, set_size(capacity), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct held_set *set = (struct held_set *)at;

    if (at < 0 && at > -4096)
        return NULL;
    set->capacity = capacity;
    return set;
}

/* The calling thread's set with room for one more; NULL where there is no memory. */
static struct held_set *set_with_room(struct stream *stream)
{
    struct held_set *old = stream->held, *new;

    if (old && old->count < old->capacity)
        return old;
    new = set_make(old ? old->capacity * 2 : HELD_FIRST);
    if (!new || !old)
        return stream->held = new;
    memcpy(new->at, old->at, old->count * sizeof(old->at[0]));
    new->count = old->count;
    stream->held = new;
    RAW(SYS_munmap, old, set_size(old->capacity));
    return new;
}

/* Newest first: locks are mostly given back in the opposite order. */
static struct thrum_event_held *find(struct held_set *set, uint64_t object)
{
    for (uint32_t i = set->count; i-- > 0;)
        if (set->at[i].object == object)
            return &set->at[i];
    return NULL;
}

void held_add(const struct thrum_event_held *held)
{
    struct stream *stream = recorder_self.stream;
    struct held_set *set;
    struct thrum_event_held *known;

    if (!stream || !stream->packet || (stream->held && stream->held->busy))
        return;
    if (stream->held && (known = find(stream->held, held->object))) {
        known->count++;
        return;
    }
    set = set_with_room(stream);
    if (!set)
        return;
    set->busy = true;
    set->at[set->count] = *held;
    set->at[set->count++].age = stream_last_ns(stream); /* when, until it is written: then how long ago */
    set->busy = false;
}

void held_remove(uint64_t object)
{
    struct stream *stream = recorder_self.stream;
    struct held_set *set = stream && stream->packet ? stream->held : NULL;
    struct thrum_event_held *known;

    if (!set || set->busy || !(known = find(set, object)))
        return;
    set->busy = true;
    if (--known->count == 0) {
        set->count--;
        memmove(known, known + 1, (size_t)(set->at + set->count - known) * sizeof(*known));
    }
    set->busy = false;
}

static size_t one_size(void)
{
    return HEADER_EXTENDED + size_held(&(struct thrum_event_held){0}, LAYOUT_ADDR_WIDE) + 8;
}

size_t held_size(const struct stream *stream)
{
    size_t size = stream && stream->packet && stream->held ? stream->held->count * one_size() : 0;
    size_t most = recorder_config.ring / RING_CHUNKS / 2;

    return size < most ? size : most;
}

static uint8_t *write_one(uint8_t *at, const struct thrum_event_held *held, uint64_t ns)
{
    struct thrum_event_held aged = *held;
    bool wide = addresses_held(held) >> ADDR_BITS;

    aged.age = ns - held->age;
    at = stream_header(at, THRUM_EVENT_held + (wide ? ID_WIDE : 0), ns, false);
    return wide ? pack_held(at, &aged, LAYOUT_ADDR_WIDE) : pack_held(at, &aged, LAYOUT_ADDR);
}

void held_record(struct stream *stream)
{
    const struct held_set *set = stream->held;
    struct packet *packet = stream->packet;
    uint8_t *at = (uint8_t *)packet + packet->content_size / 8, *end = at + held_size(stream);

    for (uint32_t i = set->count; i-- > 0 && at + one_size() <= end;)
        at = write_one(at, &set->at[i], packet->timestamp_begin);
    __atomic_store_n(&packet->content_size, (uint64_t)(at - (uint8_t *)packet) * 8, __ATOMIC_RELEASE);
}

void held_clear(struct stream *stream)
{
    if (stream->held)
        stream->held->count = 0;
}
