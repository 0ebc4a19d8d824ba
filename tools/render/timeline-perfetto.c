/* SPDX-License-Identifier: MIT */
/*
 * A timeline as a trace of Perfetto: a track for each thread with its waits, one for each lock with its holders, flows from
 * who let a thread go on, a counter of waiting threads for each object, and the critical path as a track of its own.
 */
#include "config.h"

#include <stdlib.h>
#include "render/perfetto-inner.h"
#include "base/memory.h"
#include "model/words.h"

static Perfetto__Protos__TrackEvent event_of(uint64_t track, Perfetto__Protos__TrackEvent__Type type)
{
    Perfetto__Protos__TrackEvent event = PERFETTO__PROTOS__TRACK_EVENT__INIT;
    event.has_type = event.has_track_uuid = true;
    event.type = type;
    event.track_uuid = track;
    return event;
}

/* --- slices --- */

/* What is told beside an event: keys and texts; all of one event. */
enum { NOTES = 4 };

struct notes {
    size_t count;
    Perfetto__Protos__DebugAnnotation at[NOTES], *list[NOTES];
};

/* Nothing where the text is empty. */
static void note(struct perfetto *perfetto, struct notes *notes, const char *key, const char *text)
{
    if (!text || !*text)
        return;
    Perfetto__Protos__DebugAnnotation *it = notes->list[notes->count] = &notes->at[notes->count];
    notes->count++;
    perfetto__protos__debug_annotation__init(it);
    it->has_name_iid = it->has_string_value_iid = true;
    it->name_iid = perfetto_text(&perfetto->packets, PERFETTO_key, key);
    it->string_value_iid = perfetto_text(&perfetto->packets, PERFETTO_value, text);
}

static void put_named(struct perfetto *perfetto, int64_t time_ns, Perfetto__Protos__TrackEvent *event, uint64_t name, const char *category, struct notes *notes)
{
    uint64_t word = perfetto_text(&perfetto->packets, PERFETTO_category, category);
    event->has_name_iid = true;
    event->name_iid = name;
    event->n_category_iids = 1;
    event->category_iids = &word;
    event->n_debug_annotations = notes->count;
    event->debug_annotations = notes->list;
    perfetto_event(&perfetto->packets, time_ns, event);
}

static void put_end(struct perfetto *perfetto, int64_t time_ns, uint64_t track)
{
    Perfetto__Protos__TrackEvent event = event_of(track, PERFETTO__PROTOS__TRACK_EVENT__TYPE__TYPE_SLICE_END);
    perfetto_event(&perfetto->packets, time_ns, &event);
}

static void put_wait(struct perfetto *perfetto, const struct timeline_span *span, uint64_t track)
{
    static const enum perfetto_label labels[] = {[TIMELINE_acquire] = LABEL_wait_for, [TIMELINE_wait] = LABEL_wait_on, [TIMELINE_handler] = LABEL_object};
    Perfetto__Protos__TrackEvent event = event_of(track, PERFETTO__PROTOS__TRACK_EVENT__TYPE__TYPE_SLICE_BEGIN);
    struct notes notes = {0};
    note(perfetto, &notes, "site", perfetto->timeline->frames.at[span->site]);
    note(perfetto, &notes, "result", span->flags & TIMELINE_OPEN ? "goes on" : span->result == THRUM_result_ok ? "" : result_word(span->result));
    put_named(perfetto, span->begin_ns, &event, perfetto_label(perfetto, labels[span->what], span->object),
              span->what == TIMELINE_handler ? "handler" : span->flags & TIMELINE_FOREVER ? "deadlock" : "wait", &notes);
}

static void put_hold(struct perfetto *perfetto, const struct timeline_span *span, uint64_t track)
{
    Perfetto__Protos__TrackEvent event = event_of(track, PERFETTO__PROTOS__TRACK_EVENT__TYPE__TYPE_SLICE_BEGIN);
    struct notes notes = {0};
    note(perfetto, &notes, "taken in", perfetto->timeline->frames.at[span->site]);
    note(perfetto, &notes, "given back in", perfetto->timeline->frames.at[span->end_site]);
    put_named(perfetto, span->begin_ns, &event, perfetto_label(perfetto, LABEL_thread, span->thread),
              span->what == TIMELINE_shared ? "shared" : "hold", &notes);
}

static void put_begin(struct perfetto *perfetto, uint32_t place)
{
    const struct timeline_span *span = &perfetto->timeline->spans.at[place];
    uint64_t track = perfetto_span_track(perfetto, place);
    if (span->what == TIMELINE_hold || span->what == TIMELINE_shared)
        put_hold(perfetto, span, track);
    else
        put_wait(perfetto, span, track);
}

/* --- flows: from an instant in the waker's track to one at the end of the wait --- */

static void put_act(struct perfetto *perfetto, uint32_t place)
{
    const struct timeline_arrow *arrow = &perfetto->timeline->arrows.at[place];
    const struct timeline_span *span = &perfetto->timeline->spans.at[arrow->span];
    Perfetto__Protos__TrackEvent event = event_of(perfetto_thread_track(perfetto, arrow->from), PERFETTO__PROTOS__TRACK_EVENT__TYPE__TYPE_INSTANT);
    struct notes notes = {0};
    uint64_t flow = (uint64_t)place + 1;
    uint64_t name = arrow->how == TIMELINE_ended ? perfetto_text(&perfetto->packets, PERFETTO_name, "ends")
                    : arrow->how == TIMELINE_woke ? perfetto_label(perfetto, LABEL_wakes, span->thread)
                                                  : perfetto_label(perfetto, LABEL_gives_back, span->object);
    event.n_flow_ids = 1;
    event.flow_ids = &flow;
    note(perfetto, &notes, "site", perfetto->timeline->frames.at[arrow->site]);
    put_named(perfetto, arrow->time_ns, &event, name, "wake", &notes);
}

static void put_effect(struct perfetto *perfetto, uint32_t place)
{
    const struct timeline_span *span = &perfetto->timeline->spans.at[perfetto->timeline->arrows.at[place].span];
    Perfetto__Protos__TrackEvent event = event_of(perfetto_thread_track(perfetto, span->thread), PERFETTO__PROTOS__TRACK_EVENT__TYPE__TYPE_INSTANT);
    uint64_t flow = (uint64_t)place + 1;
    event.n_terminating_flow_ids = 1;
    event.terminating_flow_ids = &flow;
    put_named(perfetto, span->end_ns, &event, perfetto_text(&perfetto->packets, PERFETTO_name, "goes on"), "wake", &(struct notes){0});
}

static void put_mark(struct perfetto *perfetto, uint32_t place)
{
    const struct timeline_mark *mark = &perfetto->timeline->marks.at[place];
    Perfetto__Protos__TrackEvent event = event_of(perfetto_thread_track(perfetto, mark->thread), PERFETTO__PROTOS__TRACK_EVENT__TYPE__TYPE_INSTANT);
    struct notes notes = {0};
    char *name = timeline_mark_text(perfetto->timeline, mark);
    note(perfetto, &notes, "site", perfetto->timeline->frames.at[mark->site]);
    put_named(perfetto, mark->time_ns, &event, perfetto_text(&perfetto->packets, PERFETTO_name, name), "mark", &notes);
    free(name);
}

static void put_pin(struct perfetto *perfetto, uint32_t place)
{
    const struct pin *pin = &perfetto->pins[place];
    Perfetto__Protos__TrackEvent event = event_of(perfetto_thread_track(perfetto, pin->thread), PERFETTO__PROTOS__TRACK_EVENT__TYPE__TYPE_INSTANT);
    struct notes notes = {0};
    char *name = memory_format("%s (%s)", pin->word, pin->certainty);
    note(perfetto, &notes, "found", pin->message);
    put_named(perfetto, pin->time_ns, &event, perfetto_text(&perfetto->packets, PERFETTO_name, name), "finding", &notes);
    free(name);
}

/* --- counters, the critical path --- */

static void put_count(struct perfetto *perfetto, uint32_t place)
{
    const struct perfetto_count *count = &perfetto->counts.at[place];
    Perfetto__Protos__TrackEvent event = event_of(perfetto_counter_track(perfetto, count->object), PERFETTO__PROTOS__TRACK_EVENT__TYPE__TYPE_COUNTER);
    event.has_counter_value = true;
    event.counter_value = count->waiting;
    perfetto_event(&perfetto->packets, count->time_ns, &event);
}

static void put_step(struct perfetto *perfetto, uint32_t place)
{
    const struct contention_step *step = &perfetto->view->path->steps[place];
    Perfetto__Protos__TrackEvent event = event_of(perfetto_path_track(perfetto), PERFETTO__PROTOS__TRACK_EVENT__TYPE__TYPE_SLICE_BEGIN);
    const char *thread = step->thread ? step->thread->name : "a thread", *object = step->object ? step->object->name : "";
    char *name = step->kind == STEP_run       ? memory_text(thread)
                 : step->kind == STEP_section ? memory_format("%s holds %s", thread, object)
                 : step->kind == STEP_woken   ? memory_format("%s wakes up", thread)
                                              : memory_format("%s waits for %s", thread, object);
    put_named(perfetto, step->begin_ns, &event, perfetto_text(&perfetto->packets, PERFETTO_name, name), "critical path", &(struct notes){0});
    free(name);
}

static void put_item(struct perfetto *perfetto, const struct perfetto_item *item)
{
    switch (item->what) {
    case ITEM_begin: put_begin(perfetto, item->place); break;
    case ITEM_end: put_end(perfetto, item->time_ns, perfetto_span_track(perfetto, item->place)); break;
    case ITEM_brief: put_begin(perfetto, item->place); put_end(perfetto, item->time_ns, perfetto_span_track(perfetto, item->place)); break;
    case ITEM_act: put_act(perfetto, item->place); break;
    case ITEM_effect: put_effect(perfetto, item->place); break;
    case ITEM_mark: put_mark(perfetto, item->place); break;
    case ITEM_pin: put_pin(perfetto, item->place); break;
    case ITEM_count: put_count(perfetto, item->place); break;
    case ITEM_step_begin: put_step(perfetto, item->place); break;
    case ITEM_step_end: put_end(perfetto, item->time_ns, perfetto_path_track(perfetto)); break;
    }
}

static int write_perfetto(const struct timeline_view *view, FILE *out)
{
    struct perfetto perfetto = {.view = view, .timeline = view->timeline};
    perfetto_begin(&perfetto.packets, out, view->timeline->begin_ns);
    perfetto_tracks(&perfetto);
    perfetto_order(&perfetto);
    for (size_t i = 0; i < perfetto.items.count; i++)
        put_item(&perfetto, &perfetto.items.at[i]);
    perfetto_free(&perfetto);
    return perfetto_end(&perfetto.packets);
}

const struct timeline_ops timeline_perfetto = {
    .name = "perfetto",
    .extension = ".pftrace",
    .summary = "a trace for ui.perfetto.dev and Perfetto's trace processor",
    .noun = "trace",
    .binary = true,
    .write = write_perfetto,
};
