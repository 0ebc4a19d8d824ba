/* SPDX-License-Identifier: MIT */
/* Nearly all events of a trace: those of numbers alone, decoded many in a row with all that matters in registers. */
#include "config.h"
#include "trace/fast-source.h"

/* Where a run has come to. */
struct run {
    const uint8_t *at, *end;
    uint64_t clock;
    const struct layout_event *event;
};

/* Reads the next event's header; false where it isn't the frequent kind. */
static inline bool run_head(struct run *run, const struct layout_stream *class)
{
    const struct layout_quick_head *const quick = &class->head.quick;
    if (__builtin_expect(run->end - run->at < (ptrdiff_t)sizeof(uint64_t), 0))
        return false;
    const uint64_t word = source_load(run->at), id = word & quick->id_mask;
    const struct layout_event *const event = id < LAYOUT_NEAR ? class->near[id] : NULL;
    if (__builtin_expect(!quick->size || id - quick->low > quick->high - quick->low || !event, 0))
        return false;
    const uint64_t time = (run->clock & ~quick->time_mask) | (word >> quick->time_shift & quick->time_mask);
    run->clock = time < run->clock ? time + quick->time_mask + 1 : time;
    run->event = event;
    run->at += quick->size;
    return true;
}

static inline void move(uint8_t *record, const uint8_t *at, const struct layout_move *move)
{
    const uint64_t number = source_load(at + move->byte) >> move->shift & move->mask;
    memcpy(record + move->to, &number, sizeof number);
}

/* Fills in the event, whose header was read. */
static inline void run_take(struct run *run, struct source_event *to, int64_t time_ns, struct thrum_event_common ids)
{
    const struct layout_move *const moves = run->event->moves;
    uint8_t *const record = (uint8_t *)to;
    to->event.id = run->event->id;
    to->event.time_ns = time_ns;
    to->event.record.common = ids;
    _Static_assert(MOVES_ALWAYS == 5, "a line for each");
    move(record, run->at, &moves[0]);
    move(record, run->at, &moves[1]);
    move(record, run->at, &moves[2]);
    move(record, run->at, &moves[3]);
    move(record, run->at, &moves[4]);
    for (unsigned i = MOVES_ALWAYS; i < run->event->move_count; i++)
        move(record, run->at, &moves[i]);
    run->at += run->event->quick_size;
}

unsigned source_run(struct source *source, struct source_event *to, unsigned most, int64_t until_ns, bool *found)
{
    const struct layout_stream *const class = source->class;
    const struct thrum_event_common ids = source->ids;
    const uint64_t offset_ns = (uint64_t)source->layout->offset_ns;
    struct run run = {source->at, source->end, source->clock, source->event};
    unsigned count = 0;
    *found = true;
    while (count < most && run.event->quick_size && run.end - run.at >= (ptrdiff_t)run.event->quick_size) {
        run_take(&run, &to[count++], (int64_t)(run.clock + offset_ns), ids);
        *found = run_head(&run, class);
        if (!*found || (int64_t)(run.clock + offset_ns) >= until_ns)
            break;
    }
    source->at = run.at;
    source->clock = run.clock;
    source->time_ns = (int64_t)(run.clock + offset_ns);
    source->event = run.event;
    source->events += count;
    return count;
}
