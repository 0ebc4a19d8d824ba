/* SPDX-License-Identifier: MIT */
/* Nearly all events of a trace: those of numbers alone, decoded many in a row with all that matters in registers. */
#include "config.h"
#include "trace/fast-source.h"

/* Where a run has come to: behind the header of an event. */
struct run {
    const uint8_t *at, *next, *end; /* here, the next header, where all ends */
    uint64_t clock;
    const struct layout_event *event;
};

/*
 * Reads the next event's header; false where it isn't the frequent kind, or isn't all there. A header is looked at before it is
 * known to be: a page behind the file can be read.
 */
static inline bool run_head(struct run *run, const struct layout_stream *class, const struct layout_quick_head *quick)
{
    const uint64_t word = source_load(run->at), id = word & quick->id_mask;
    if (__builtin_expect(id >= LAYOUT_NEAR || run->end - run->at < class->quick_sizes[id], 0))
        return false;
    run->event = class->near[id];
    run->next = run->at + class->quick_sizes[id];
    run->at += quick->size;
    const uint64_t time = (run->clock & ~quick->time_mask) | (word >> quick->time_shift & quick->time_mask);
    run->clock = time < run->clock ? time + quick->time_mask + 1 : time;
    return true;
}

static inline void put(uint8_t *to, uint64_t number)
{
    memcpy(to, &number, sizeof number);
}

static inline uint64_t turned(uint64_t word, unsigned bits)
{
    return word >> (bits & 63) | word << (-bits & 63);
}

static inline void take_trio(uint8_t *record, const uint8_t *at, const struct layout_trio *trio)
{
    const uint64_t words = source_load(at + trio->bytes[1]);
    put(record + trio->to[0], source_load(at + trio->bytes[0]) & trio->masks[0]);
    put(record + trio->to[1], (turned(words, trio->turns[0]) & trio->word_masks[0]) |
                                  (turned(words, trio->turns[1]) & trio->word_masks[1]) |
                                  (turned(words, trio->turns[2]) & trio->word_masks[2]));
    put(record + trio->to[2], source_load(at + trio->bytes[2]) & trio->masks[1]);
}

static inline void take_moves(uint8_t *record, const uint8_t *at, const struct layout_event *event)
{
    for (unsigned i = 0; i < event->move_count; i++) {
        const struct layout_move *move = &event->moves[i];
        put(record + move->to, source_load(at + move->byte) >> move->shift & move->mask);
    }
}

/* Fills in the event, whose header was read. */
static inline void run_take(const struct run *run, struct source_event *to, int64_t time_ns, uint64_t ids)
{
    const struct layout_event *const event = run->event;
    uint8_t *const record = (uint8_t *)to;
    to->event.id = event->id;
    to->event.time_ns = time_ns;
    if (!event->quick_ids)
        ids = source_load(run->at + event->ids_byte);
    put(record + offsetof(struct trace_event, record.common), ids);
    if (__builtin_expect(event->trio.fits, 1))
        take_trio(record, run->at, &event->trio);
    else
        take_moves(record, run->at, event);
}

unsigned source_run(struct source *source, struct source_event *to, unsigned most)
{
    const struct layout_stream *const class = source->class;
    const struct layout_quick_head quick = class->head.quick;
    const uint64_t offset_ns = (uint64_t)source->layout->offset_ns;
    struct run run = {source->at, source->at + source->event->quick_size, source->end, source->clock, source->event};
    const struct source_event *const begin = to, *const end = to + most;
    bool found = run.event->quick_size && run.end - run.at >= (ptrdiff_t)run.event->quick_size;
    uint64_t ids;
    memcpy(&ids, &source->ids, sizeof ids);
    if (!found)
        return 0;
    while (found && to != end) {
        run_take(&run, to++, (int64_t)(run.clock + offset_ns), ids);
        run.at = run.next;
        found = run_head(&run, class, &quick);
    }
    source->at = run.at;
    source->clock = run.clock;
    source->time_ns = (int64_t)(run.clock + offset_ns);
    source->event = found ? run.event : NULL;
    source->events += (uint64_t)(to - begin);
    return (unsigned)(to - begin);
}
