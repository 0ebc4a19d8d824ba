/* SPDX-License-Identifier: MIT */
/* Puts what a Perfetto trace tells in the order of time: times are written as differences. */
#include "config.h"

#include <stdlib.h>
#include "render/counts.h"
#include "render/perfetto-inner.h"
#include "render/timeline-inner.h"

static void add(struct perfetto *perfetto, enum perfetto_what what, size_t place, int64_t time_ns)
{
    uint32_t at = TIMELINE_ADD(&perfetto->items);
    perfetto->items.at[at] = (struct perfetto_item){.time_ns = time_ns, .place = (uint32_t)place, .what = (uint8_t)what};
}

static void add_spans(struct perfetto *perfetto)
{
    for (size_t i = 0; i < perfetto->timeline->spans.count; i++) {
        const struct timeline_span *span = &perfetto->timeline->spans.at[i];
        bool open = span->flags & TIMELINE_OPEN;
        add(perfetto, open || span->end_ns > span->begin_ns ? ITEM_begin : ITEM_brief, i, span->begin_ns);
        if (!open && span->end_ns > span->begin_ns)
            add(perfetto, ITEM_end, i, span->end_ns);
    }
}

static void add_moments(struct perfetto *perfetto)
{
    const struct timeline *timeline = perfetto->timeline;
    for (size_t i = 0; i < timeline->arrows.count; i++) {
        add(perfetto, ITEM_act, i, timeline->arrows.at[i].time_ns);
        add(perfetto, ITEM_effect, i, timeline->spans.at[timeline->arrows.at[i].span].end_ns);
    }
    for (size_t i = 0; i < timeline->marks.count; i++)
        add(perfetto, ITEM_mark, i, timeline->marks.at[i].time_ns);
    perfetto->pins = pins_make(timeline, perfetto->view->report, &perfetto->pin_count);
    for (size_t i = 0; i < perfetto->pin_count; i++)
        add(perfetto, ITEM_pin, i, perfetto->pins[i].time_ns);
}

static void add_count(void *self, uint32_t object, int64_t time_ns, unsigned waiting)
{
    struct perfetto *perfetto = self;
    if (perfetto->timeline->objects.at[object].thread != TIMELINE_NONE)
        return; /* of who joins a thread, the slices say it */
    uint32_t at = TIMELINE_ADD(&perfetto->counts);
    perfetto->counts.at[at] = (struct perfetto_count){time_ns, object, waiting};
    add(perfetto, ITEM_count, at, time_ns);
}

static void add_path(struct perfetto *perfetto)
{
    const struct contention_path *path = perfetto->view->path;
    if (!path || !perfetto->timeline->processes.count)
        return;
    for (size_t i = 0; i < path->step_count; i++)
        if (path->steps[i].end_ns > perfetto->timeline->from_ns && path->steps[i].begin_ns < perfetto->timeline->to_ns) {
            add(perfetto, ITEM_step_begin, i, path->steps[i].begin_ns);
            add(perfetto, ITEM_step_end, i, path->steps[i].end_ns);
        }
}

/* --- order --- */

static int compare(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int rank(const struct perfetto_item *item)
{
    return item->what == ITEM_end || item->what == ITEM_step_end ? 0 : item->what == ITEM_begin || item->what == ITEM_step_begin ? 2 : 1;
}

static int64_t last_of(const struct timeline_span *span)
{
    return span->flags & TIMELINE_OPEN ? INT64_MAX : span->end_ns;
}

static int by_time(const void *one, const void *other, void *data)
{
    const struct perfetto_item *a = one, *b = other;
    const struct timeline_span *spans = data;
    int order = compare(a->time_ns, b->time_ns);
    if (!order)
        order = rank(a) - rank(b);
    if (!order && a->what == b->what && a->what == ITEM_end) /* the one inside first */
        order = compare(spans[b->place].begin_ns, spans[a->place].begin_ns);
    if (!order && a->what == b->what && a->what == ITEM_begin) /* the one outside first */
        order = compare(last_of(&spans[b->place]), last_of(&spans[a->place]));
    if (!order)
        order = compare(a->what, b->what);
    return order ? order : a->what == ITEM_end ? compare(b->place, a->place) : compare(a->place, b->place);
}

void perfetto_order(struct perfetto *perfetto)
{
    add_spans(perfetto);
    add_moments(perfetto);
    counts_tell(perfetto->timeline, add_count, perfetto);
    add_path(perfetto);
    if (perfetto->items.count)
        qsort_r(perfetto->items.at, perfetto->items.count, sizeof *perfetto->items.at, by_time, perfetto->timeline->spans.at);
}
