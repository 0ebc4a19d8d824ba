/* SPDX-License-Identifier: MIT */
/* The tracks of a Perfetto trace, and names that are made once. */
#include "config.h"

#include <stdlib.h>
#include "render/perfetto-inner.h"
#include "render/render.h"
#include "base/memory.h"

static uint64_t process_track(uint32_t process)
{
    return (uint64_t)process + 1; /* 0 is Perfetto's own */
}

uint64_t perfetto_thread_track(const struct perfetto *perfetto, uint32_t thread)
{
    return perfetto->timeline->processes.count + thread + 1;
}

static void put_track(struct perfetto *perfetto, Perfetto__Protos__TrackDescriptor *track, uint64_t uuid)
{
    track->has_uuid = true;
    track->uuid = uuid;
    perfetto_track(&perfetto->packets, track);
}

/* A new one, of a process; takes the name. */
static uint32_t add_track(struct perfetto *perfetto, uint32_t process, char *name, Perfetto__Protos__CounterDescriptor *counter)
{
    Perfetto__Protos__TrackDescriptor track = PERFETTO__PROTOS__TRACK_DESCRIPTOR__INIT;
    char *clean = clean_text(name);
    track.has_parent_uuid = true;
    track.parent_uuid = process_track(process);
    track.name = clean;
    track.counter = counter;
    put_track(perfetto, &track, ++perfetto->tracks);
    free(clean);
    free(name);
    return perfetto->tracks;
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
        put_track(perfetto, &track, process_track(i));
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
        track.parent_uuid = process_track(it->process);
        track.thread = &thread;
        put_track(perfetto, &track, perfetto_thread_track(perfetto, i));
        free(clean);
        free(name);
    }
}

void perfetto_tracks(struct perfetto *perfetto)
{
    const struct timeline *timeline = perfetto->timeline;
    size_t objects = timeline->objects.count + 1, most = objects > timeline->threads.count ? objects : timeline->threads.count;
    perfetto->counters = memory_new(objects, sizeof *perfetto->counters);
    for (int i = 0; i < LABELS; i++)
        perfetto->labels[i] = memory_new(most, sizeof *perfetto->labels[i]);
    put_processes(perfetto);
    put_threads(perfetto);
    perfetto->tracks = (uint32_t)(timeline->processes.count + timeline->threads.count);
    hold_rows_make(&perfetto->rows, timeline);
    for (uint32_t i = 0; i < perfetto->rows.count; i++) {
        uint32_t object = perfetto->rows.at[i].object;
        add_track(perfetto, timeline->objects.at[object].process, timeline_object_label(timeline, object), NULL);
    }
}

uint64_t perfetto_span_track(const struct perfetto *perfetto, uint32_t span)
{
    const struct timeline *timeline = perfetto->timeline;
    if (perfetto->rows.of_span[span])
        return timeline->processes.count + timeline->threads.count + perfetto->rows.of_span[span];
    return perfetto_thread_track(perfetto, timeline->spans.at[span].thread);
}

uint64_t perfetto_counter_track(struct perfetto *perfetto, uint32_t object)
{
    Perfetto__Protos__CounterDescriptor counter = PERFETTO__PROTOS__COUNTER_DESCRIPTOR__INIT;
    counter.has_unit = true;
    counter.unit = PERFETTO__PROTOS__COUNTER_DESCRIPTOR__UNIT__UNIT_COUNT;
    if (!perfetto->counters[object]) {
        char *label = timeline_object_label(perfetto->timeline, object);
        perfetto->counters[object] = add_track(perfetto, perfetto->timeline->objects.at[object].process, memory_format("waiting for %s", label), &counter);
        free(label);
    }
    return perfetto->counters[object];
}

uint64_t perfetto_path_track(struct perfetto *perfetto)
{
    if (!perfetto->path)
        perfetto->path = add_track(perfetto, 0, memory_text("critical path"), NULL);
    return perfetto->path;
}

uint64_t perfetto_label(struct perfetto *perfetto, enum perfetto_label label, uint32_t place)
{
    static const char *const words[LABELS] = {"", "", "wait for ", "wait on ", "gives back ", "wakes "};
    if (perfetto->labels[label][place])
        return perfetto->labels[label][place];
    bool thread = label == LABEL_thread || label == LABEL_wakes;
    char *name = thread ? timeline_thread_name(perfetto->timeline, place) : timeline_object_label(perfetto->timeline, place);
    char *text = memory_format("%s%s", words[label], name);
    perfetto->labels[label][place] = (uint32_t)perfetto_text(&perfetto->packets, PERFETTO_name, text);
    free(text);
    free(name);
    return perfetto->labels[label][place];
}

void perfetto_free(struct perfetto *perfetto)
{
    for (int i = 0; i < LABELS; i++)
        free(perfetto->labels[i]);
    hold_rows_free(&perfetto->rows);
    free(perfetto->counters);
    free(perfetto->pins);
    free(perfetto->items.at);
    free(perfetto->counts.at);
}
