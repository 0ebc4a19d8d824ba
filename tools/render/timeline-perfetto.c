/* SPDX-License-Identifier: MIT */
/*
 * A timeline as a trace of Perfetto: a track for each thread with its waits, one for each lock with its holders, flows from
 * who let a thread go on, a counter of waiting threads for each object, and the critical path as a track of its own.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include "render/counts.h"
#include "render/perfetto.pb-c.h"
#include "render/timeline.h"
#include "base/memory.h"
#include "model/words.h"

/* Numbers of tracks: what they are of in the upper half, which of them in the lower. 0 is Perfetto's own. */
enum track { TRACK_process = 1, TRACK_thread, TRACK_object, TRACK_reader, TRACK_counter, TRACK_path };

/* READERS: tracks at most of one object. Perfetto's numbers of clocks: packets that name none have the last. */
enum { SEQUENCE = 1, READERS = 64, CLOCK_realtime = 1, CLOCK_boottime = 6 };

#define UUID(of, number) ((uint64_t)(of) << 32 | (uint32_t)(number))

struct perfetto {
    FILE *out;
    const struct timeline_view *view;
    const struct timeline *timeline;
    struct texts names;     /* of events, by their iids */
    size_t named;           /* how many of them are in the file */
    bool begun;             /* a packet was written */
    uint32_t *counted;      /* objects whose counter has a track: 1 */
};

/* --- packets --- */

static void put_varint(FILE *out, uint64_t number)
{
    for (; number >= 0x80; number >>= 7)
        putc_unlocked((int)(number & 0x7f) | 0x80, out);
    putc_unlocked((int)number, out);
}

/* A packet as an element of Trace.packet. */
static void put_packet(struct perfetto *perfetto, Perfetto__Protos__TracePacket *packet)
{
    packet->has_trusted_packet_sequence_id = packet->has_sequence_flags = true;
    packet->trusted_packet_sequence_id = SEQUENCE;
    packet->sequence_flags = perfetto->begun ? PERFETTO__PROTOS__TRACE_PACKET__SEQUENCE_FLAGS__SEQ_NEEDS_INCREMENTAL_STATE
                                             : PERFETTO__PROTOS__TRACE_PACKET__SEQUENCE_FLAGS__SEQ_INCREMENTAL_STATE_CLEARED;
    perfetto->begun = true;
    size_t size = perfetto__protos__trace_packet__get_packed_size(packet);
    uint8_t *bytes = memory_new(size, 1);
    perfetto__protos__trace_packet__pack(packet, bytes);
    putc_unlocked(1 << 3 | 2, perfetto->out);
    put_varint(perfetto->out, size);
    fwrite(bytes, 1, size, perfetto->out);
    free(bytes);
}

static void put_event(struct perfetto *perfetto, int64_t time_ns, Perfetto__Protos__TrackEvent *event)
{
    Perfetto__Protos__TracePacket packet = PERFETTO__PROTOS__TRACE_PACKET__INIT;
    Perfetto__Protos__InternedData interned = PERFETTO__PROTOS__INTERNED_DATA__INIT;
    Perfetto__Protos__EventName name = PERFETTO__PROTOS__EVENT_NAME__INIT, *names[] = {&name};
    if (perfetto->names.count > perfetto->named) { /* the event's own name is the only new one */
        name.has_iid = true;
        name.iid = event->name_iid;
        name.name = perfetto->names.at[event->name_iid];
        interned.n_event_names = 1;
        interned.event_names = names;
        packet.interned_data = &interned;
        perfetto->named = perfetto->names.count;
    }
    packet.has_timestamp = true;
    packet.timestamp = (uint64_t)time_ns;
    packet.data_case = PERFETTO__PROTOS__TRACE_PACKET__DATA_TRACK_EVENT;
    packet.track_event = event;
    put_packet(perfetto, &packet);
}

/* Takes the name. */
static void set_name(struct perfetto *perfetto, Perfetto__Protos__TrackEvent *event, char *name)
{
    char *clean = clean_text(name);
    event->has_name_iid = true;
    event->name_iid = texts_number(&perfetto->names, *clean ? clean : "?");
    free(clean);
    free(name);
}

static Perfetto__Protos__TrackEvent event_of(uint64_t track, Perfetto__Protos__TrackEvent__Type type)
{
    Perfetto__Protos__TrackEvent event = PERFETTO__PROTOS__TRACK_EVENT__INIT;
    event.has_type = event.has_track_uuid = true;
    event.type = type;
    event.track_uuid = track;
    return event;
}

/* Times of a recording are since the Epoch: its clock is that of the day. */
static void put_clocks(struct perfetto *perfetto)
{
    Perfetto__Protos__TracePacket packet = PERFETTO__PROTOS__TRACE_PACKET__INIT;
    Perfetto__Protos__ClockSnapshot snapshot = PERFETTO__PROTOS__CLOCK_SNAPSHOT__INIT;
    Perfetto__Protos__ClockSnapshot__Clock clocks[2], *list[] = {&clocks[0], &clocks[1]};
    for (int i = 0; i < 2; i++) {
        perfetto__protos__clock_snapshot__clock__init(&clocks[i]);
        clocks[i].has_clock_id = clocks[i].has_timestamp = true;
        clocks[i].clock_id = i ? CLOCK_boottime : CLOCK_realtime;
        clocks[i].timestamp = (uint64_t)perfetto->timeline->begin_ns;
    }
    snapshot.n_clocks = 2;
    snapshot.clocks = list;
    packet.data_case = PERFETTO__PROTOS__TRACE_PACKET__DATA_CLOCK_SNAPSHOT;
    packet.clock_snapshot = &snapshot;
    put_packet(perfetto, &packet);
}

/* --- tracks --- */

static void put_track(struct perfetto *perfetto, Perfetto__Protos__TrackDescriptor *track, uint64_t uuid)
{
    Perfetto__Protos__TracePacket packet = PERFETTO__PROTOS__TRACE_PACKET__INIT;
    track->has_uuid = true;
    track->uuid = uuid;
    packet.data_case = PERFETTO__PROTOS__TRACE_PACKET__DATA_TRACK_DESCRIPTOR;
    packet.track_descriptor = track;
    put_packet(perfetto, &packet);
}

/* Of a process, with a name; takes the name. */
static void put_child_track(struct perfetto *perfetto, uint64_t uuid, uint32_t process, char *name, Perfetto__Protos__CounterDescriptor *counter)
{
    Perfetto__Protos__TrackDescriptor track = PERFETTO__PROTOS__TRACK_DESCRIPTOR__INIT;
    char *clean = clean_text(name);
    track.has_parent_uuid = true;
    track.parent_uuid = UUID(TRACK_process, process);
    track.name = clean;
    track.counter = counter;
    put_track(perfetto, &track, uuid);
    free(clean);
    free(name);
}

static void put_processes(struct perfetto *perfetto)
{
    for (uint32_t i = 0; i < perfetto->timeline->processes.count; i++) {
        Perfetto__Protos__TrackDescriptor track = PERFETTO__PROTOS__TRACK_DESCRIPTOR__INIT;
        Perfetto__Protos__ProcessDescriptor process = PERFETTO__PROTOS__PROCESS_DESCRIPTOR__INIT;
        char *name = timeline_process_name(perfetto->timeline, i), *clean = clean_text(name);
        process.has_pid = true;
        process.pid = perfetto->timeline->processes.at[i].pid;
        process.process_name = clean;
        track.process = &process;
        put_track(perfetto, &track, UUID(TRACK_process, i));
        free(clean);
        free(name);
    }
}

static void put_threads(struct perfetto *perfetto)
{
    for (uint32_t i = 0; i < perfetto->timeline->threads.count; i++) {
        const struct timeline_thread *it = &perfetto->timeline->threads.at[i];
        Perfetto__Protos__TrackDescriptor track = PERFETTO__PROTOS__TRACK_DESCRIPTOR__INIT;
        Perfetto__Protos__ThreadDescriptor thread = PERFETTO__PROTOS__THREAD_DESCRIPTOR__INIT;
        char *name = timeline_thread_name(perfetto->timeline, i), *clean = clean_text(name);
        thread.has_pid = thread.has_tid = true;
        thread.pid = perfetto->timeline->processes.at[it->process].pid;
        thread.tid = it->tid;
        thread.thread_name = clean;
        track.has_parent_uuid = true;
        track.parent_uuid = UUID(TRACK_process, it->process);
        track.thread = &thread;
        put_track(perfetto, &track, UUID(TRACK_thread, i));
        free(clean);
        free(name);
    }
}

/* --- slices --- */

/* A key of what is told beside a slice; its text, "" for none. */
struct note {
    const char *name;
    const char *text;
};

static void put_slice(struct perfetto *perfetto, uint64_t track, const struct timeline_span *span, char *name, const char *category,
                      struct note one, struct note other)
{
    Perfetto__Protos__TrackEvent event = event_of(track, PERFETTO__PROTOS__TRACK_EVENT__TYPE__TYPE_SLICE_BEGIN);
    Perfetto__Protos__DebugAnnotation notes[] = {PERFETTO__PROTOS__DEBUG_ANNOTATION__INIT, PERFETTO__PROTOS__DEBUG_ANNOTATION__INIT};
    Perfetto__Protos__DebugAnnotation *note_list[] = {&notes[0], &notes[1]};
    char *texts[] = {clean_text(one.text), clean_text(other.text)}, *categories[] = {(char *)category};
    notes[0].name = (char *)one.name;
    notes[1].name = (char *)other.name;
    notes[0].string_value = texts[0];
    notes[1].string_value = texts[1];
    event.n_debug_annotations = 2;
    event.debug_annotations = note_list;
    event.n_categories = 1;
    event.categories = categories;
    set_name(perfetto, &event, name);
    put_event(perfetto, span->begin_ns, &event);
    if (!(span->flags & TIMELINE_OPEN)) {
        event = event_of(track, PERFETTO__PROTOS__TRACK_EVENT__TYPE__TYPE_SLICE_END);
        put_event(perfetto, span->end_ns, &event);
    }
    free(texts[0]);
    free(texts[1]);
}

static void put_wait(struct perfetto *perfetto, const struct timeline_span *span)
{
    const struct timeline *timeline = perfetto->timeline;
    char *object = timeline_object_label(timeline, span->object);
    char *name = span->what == TIMELINE_handler ? memory_text(object) : memory_format("wait %s %s", span->what == TIMELINE_acquire ? "for" : "on", object);
    const char *category = span->what == TIMELINE_handler ? "handler" : span->flags & TIMELINE_FOREVER ? "deadlock" : "wait";
    put_slice(perfetto, UUID(TRACK_thread, span->thread), span, name, category,
              (struct note){"site", timeline->frames.at[span->site]}, (struct note){"result", span->flags & TIMELINE_OPEN ? "goes on" : result_word(span->result)});
    free(object);
}

/* The first of an object's tracks that is free at a time: readers hold it at the same time, and slices of a track can't cross. */
static unsigned free_track(int64_t ends[READERS], const struct timeline_span *span)
{
    unsigned at = 0;
    while (at + 1 < READERS && ends[at] > span->begin_ns)
        at++;
    ends[at] = span->end_ns;
    return at;
}

static uint64_t object_track(uint32_t object, unsigned at)
{
    return at ? UUID(TRACK_reader, object * READERS + at) : UUID(TRACK_object, object);
}

static void put_hold(struct perfetto *perfetto, const struct timeline_span *span, int64_t **ends, uint64_t *known)
{
    const struct timeline *timeline = perfetto->timeline;
    if (!ends[span->object]) {
        ends[span->object] = memory_new(READERS, sizeof(int64_t));
        for (int i = 0; i < READERS; i++)
            ends[span->object][i] = INT64_MIN;
    }
    unsigned at = free_track(ends[span->object], span);
    uint64_t track = object_track(span->object, at);
    if (!(known[span->object] >> at & 1)) {
        put_child_track(perfetto, track, timeline->objects.at[span->object].process, timeline_object_label(timeline, span->object), NULL);
        known[span->object] |= UINT64_C(1) << at;
    }
    put_slice(perfetto, track, span, timeline_thread_name(timeline, span->thread), span->what == TIMELINE_shared ? "shared" : "hold",
              (struct note){"taken in", timeline->frames.at[span->site]}, (struct note){"given back in", timeline->frames.at[span->end_site]});
}

static void put_spans(struct perfetto *perfetto)
{
    const struct timeline *timeline = perfetto->timeline;
    int64_t **ends = memory_new(timeline->objects.count + 1, sizeof *ends);
    uint64_t *known = memory_new(timeline->objects.count + 1, sizeof *known);
    for (size_t i = 0; i < timeline->spans.count; i++) {
        const struct timeline_span *span = &timeline->spans.at[i];
        if (span->what == TIMELINE_hold || span->what == TIMELINE_shared)
            put_hold(perfetto, span, ends, known);
        else
            put_wait(perfetto, span);
    }
    for (size_t i = 0; i < timeline->objects.count; i++)
        free(ends[i]);
    free(ends);
    free(known);
}

/* --- flows: from an instant in the waker's track to one at the end of the wait --- */

static char *act_name(const struct timeline *timeline, const struct timeline_arrow *arrow)
{
    const struct timeline_span *span = &timeline->spans.at[arrow->span];
    if (arrow->how == TIMELINE_ended)
        return memory_text("ends");
    char *whom = arrow->how == TIMELINE_woke ? timeline_thread_name(timeline, span->thread) : timeline_object_label(timeline, span->object);
    char *name = memory_format("%s %s", arrow->how == TIMELINE_woke ? "wakes" : "gives back", whom);
    free(whom);
    return name;
}

static void put_arrows(struct perfetto *perfetto)
{
    for (size_t i = 0; i < perfetto->timeline->arrows.count; i++) {
        const struct timeline_arrow *arrow = &perfetto->timeline->arrows.at[i];
        const struct timeline_span *span = &perfetto->timeline->spans.at[arrow->span];
        uint64_t flow = i + 1;
        Perfetto__Protos__TrackEvent from = event_of(UUID(TRACK_thread, arrow->from), PERFETTO__PROTOS__TRACK_EVENT__TYPE__TYPE_INSTANT);
        Perfetto__Protos__TrackEvent to = event_of(UUID(TRACK_thread, span->thread), PERFETTO__PROTOS__TRACK_EVENT__TYPE__TYPE_INSTANT);
        set_name(perfetto, &from, act_name(perfetto->timeline, arrow));
        from.n_flow_ids = 1;
        from.flow_ids = &flow;
        put_event(perfetto, arrow->time_ns, &from);
        set_name(perfetto, &to, memory_text("goes on"));
        to.n_terminating_flow_ids = 1;
        to.terminating_flow_ids = &flow;
        put_event(perfetto, span->end_ns, &to);
    }
}

static void put_marks(struct perfetto *perfetto)
{
    for (size_t i = 0; i < perfetto->timeline->marks.count; i++) {
        const struct timeline_mark *mark = &perfetto->timeline->marks.at[i];
        Perfetto__Protos__TrackEvent event = event_of(UUID(TRACK_thread, mark->thread), PERFETTO__PROTOS__TRACK_EVENT__TYPE__TYPE_INSTANT);
        char *object = timeline_object_label(perfetto->timeline, mark->object);
        set_name(perfetto, &event, mark->what == TIMELINE_try_failed ? memory_format("%s is not free", object) : memory_format("sends %s", object));
        put_event(perfetto, mark->time_ns, &event);
        free(object);
    }
}

/* --- counters, the critical path --- */

static void put_count(void *self, uint32_t object, int64_t time_ns, unsigned waiting)
{
    struct perfetto *perfetto = self;
    if (!perfetto->counted[object]) {
        Perfetto__Protos__CounterDescriptor counter = PERFETTO__PROTOS__COUNTER_DESCRIPTOR__INIT;
        char *label = timeline_object_label(perfetto->timeline, object);
        counter.has_unit = true;
        counter.unit = PERFETTO__PROTOS__COUNTER_DESCRIPTOR__UNIT__UNIT_COUNT;
        put_child_track(perfetto, UUID(TRACK_counter, object), perfetto->timeline->objects.at[object].process, memory_format("waiting for %s", label), &counter);
        free(label);
        perfetto->counted[object] = 1;
    }
    Perfetto__Protos__TrackEvent event = event_of(UUID(TRACK_counter, object), PERFETTO__PROTOS__TRACK_EVENT__TYPE__TYPE_COUNTER);
    event.has_counter_value = true;
    event.counter_value = waiting;
    put_event(perfetto, time_ns, &event);
}

static void put_path(struct perfetto *perfetto)
{
    const struct contention_path *path = perfetto->view->path;
    put_child_track(perfetto, UUID(TRACK_path, 0), 0, memory_text("critical path"), NULL);
    for (size_t i = 0; i < path->step_count; i++) {
        const struct contention_step *step = &path->steps[i];
        Perfetto__Protos__TrackEvent event = event_of(UUID(TRACK_path, 0), PERFETTO__PROTOS__TRACK_EVENT__TYPE__TYPE_SLICE_BEGIN);
        const char *thread = step->thread ? step->thread->name : "a thread", *object = step->object ? step->object->name : "";
        set_name(perfetto, &event, step->kind == STEP_run       ? memory_text(thread)
                                   : step->kind == STEP_section ? memory_format("%s holds %s", thread, object)
                                   : step->kind == STEP_woken   ? memory_format("%s wakes up", thread)
                                                                : memory_format("%s waits for %s", thread, object));
        put_event(perfetto, step->begin_ns, &event);
        event = event_of(UUID(TRACK_path, 0), PERFETTO__PROTOS__TRACK_EVENT__TYPE__TYPE_SLICE_END);
        put_event(perfetto, step->end_ns, &event);
    }
}

static int write_perfetto(const struct timeline_view *view, FILE *out)
{
    struct perfetto perfetto = {.out = out, .view = view, .timeline = view->timeline};
    perfetto.counted = memory_new(view->timeline->objects.count + 1, sizeof *perfetto.counted);
    perfetto.named = texts_number(&perfetto.names, "") + 1;
    put_clocks(&perfetto);
    put_processes(&perfetto);
    put_threads(&perfetto);
    put_spans(&perfetto);
    put_arrows(&perfetto);
    put_marks(&perfetto);
    counts_tell(view->timeline, put_count, &perfetto);
    if (view->path && view->timeline->processes.count)
        put_path(&perfetto);
    texts_free(&perfetto.names);
    free(perfetto.counted);
    return 0;
}

const struct timeline_ops timeline_perfetto = {
    .name = "perfetto",
    .extension = ".pftrace",
    .summary = "a trace for ui.perfetto.dev and Perfetto's trace processor",
    .noun = "trace",
    .binary = true,
    .write = write_perfetto,
};
