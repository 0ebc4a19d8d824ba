/* SPDX-License-Identifier: MIT */
/* Leaves of a timeline's tables what is wanted, and gives what is left its new places. */
#include "config.h"
#include "render/timeline-cut.h"

#include <stdlib.h>
#include <string.h>
#include "base/hosts.h"
#include "base/memory.h"

/* --- what fits --- */

struct cut {
    struct timeline *timeline;
    const struct selection *how;
    bool *threads, *objects, *spans;                   /* what is left */
    uint32_t *thread_places, *object_places, *span_places; /* where it goes; TIMELINE_NONE: nowhere */
    bool *fits[3];                                     /* which names of processes, threads, locks something fits */
};

/* Takes the name. */
static bool is_wanted(const struct selection_names *wanted, bool *fits, char *name, uint64_t number)
{
    bool any = selection_fits(wanted, fits, name, number);
    free(name);
    return any;
}

/* By its name, with or without its host's, its host's or its number. */
static bool process_wanted(struct cut *cut, uint32_t place)
{
    const struct timeline_process *process = &cut->timeline->processes.at[place];
    const char *slash = strrchr(process->executable, '/'), *name = slash ? slash + 1 : process->executable;
    const char *const names[] = {name, process->executable, hosts_name(process->pid)};
    bool any = is_wanted(&cut->how->processes, cut->fits[0], timeline_process_name(cut->timeline, place), (uint64_t)hosts_own(process->pid));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        any |= selection_fits(&cut->how->processes, cut->fits[0], names[i], (uint64_t)-1);
    return any;
}

static void choose_threads(struct cut *cut)
{
    struct timeline *timeline = cut->timeline;
    bool *processes = memory_new(timeline->processes.count + 1, sizeof *processes);
    for (uint32_t i = 0; i < timeline->processes.count; i++)
        processes[i] = process_wanted(cut, i);
    for (uint32_t i = 0; i < timeline->threads.count; i++) {
        const struct timeline_thread *thread = &timeline->threads.at[i];
        bool wanted = is_wanted(&cut->how->threads, cut->fits[1], timeline_thread_name(timeline, i), (uint64_t)hosts_own(thread->tid));
        cut->threads[i] = wanted && processes[thread->process] && thread->begin_ns <= timeline->to_ns && thread->end_ns >= timeline->from_ns;
    }
    free(processes);
}

static void choose_objects(struct cut *cut)
{
    struct timeline *timeline = cut->timeline;
    for (uint32_t i = 0; i < timeline->objects.count; i++)
        cut->objects[i] = is_wanted(&cut->how->locks, cut->fits[2], timeline_object_label(timeline, i), timeline->objects.at[i].address);
}

static const char *unfit(const struct cut *cut)
{
    const char *process = selection_unfit(&cut->how->processes, cut->fits[0]), *thread = selection_unfit(&cut->how->threads, cut->fits[1]);
    return process ? process : thread ? thread : selection_unfit(&cut->how->locks, cut->fits[2]);
}

static bool mark_stays(const struct cut *cut, const struct timeline_mark *mark)
{
    const struct timeline *timeline = cut->timeline;
    if (!cut->threads[mark->thread] || mark->time_ns < timeline->from_ns || mark->time_ns > timeline->to_ns)
        return false;
    if (mark->what == TIMELINE_first_order && !cut->objects[mark->other])
        return false;
    return cut->objects[mark->object];
}

/* Of spans those of what is left; then of threads and objects, where locks were asked for, those that have any. */
static void choose_spans(struct cut *cut)
{
    struct timeline *timeline = cut->timeline;
    bool *used_threads = memory_new(timeline->threads.count + 1, sizeof *used_threads);
    bool *used_objects = memory_new(timeline->objects.count + 1, sizeof *used_objects);
    for (size_t i = 0; i < timeline->spans.count; i++) {
        const struct timeline_span *span = &timeline->spans.at[i];
        cut->spans[i] = cut->threads[span->thread] && cut->objects[span->object] && span->begin_ns <= timeline->to_ns && span->end_ns >= timeline->from_ns;
        used_threads[span->thread] |= cut->spans[i];
        used_objects[span->object] |= cut->spans[i];
    }
    for (size_t i = 0; i < timeline->marks.count; i++) {
        const struct timeline_mark *mark = &timeline->marks.at[i];
        if (mark_stays(cut, mark))
            used_objects[mark->object] = true;
        if (mark_stays(cut, mark) && mark->what == TIMELINE_first_order)
            used_objects[mark->other] = true;
    }
    for (size_t i = 0; i < timeline->threads.count; i++)
        cut->threads[i] &= !cut->how->locks.count || used_threads[i];
    memcpy(cut->objects, used_objects, timeline->objects.count * sizeof *used_objects);
    free(used_threads);
    free(used_objects);
}

/* --- new places --- */

static uint32_t *places_of(const bool *left, size_t count)
{
    uint32_t *places = memory_new(count + 1, sizeof *places), next = 0;
    for (size_t i = 0; i < count; i++)
        places[i] = left[i] ? next++ : TIMELINE_NONE;
    return places;
}

static uint32_t moved(const uint32_t *places, uint32_t place)
{
    return place == TIMELINE_NONE ? TIMELINE_NONE : places[place];
}

static void move_threads(struct cut *cut)
{
    struct timeline *timeline = cut->timeline;
    size_t count = 0;
    for (size_t i = 0; i < timeline->threads.count; i++) {
        struct timeline_thread *thread = &timeline->threads.at[i];
        if (!cut->threads[i]) {
            free(thread->name);
            free(thread->function);
            continue;
        }
        thread->blocked = moved(cut->span_places, thread->blocked);
        thread->handler = moved(cut->span_places, thread->handler);
        timeline->threads.at[count++] = *thread;
    }
    timeline->threads.count = count;
}

static void move_objects(struct cut *cut)
{
    struct timeline *timeline = cut->timeline;
    size_t count = 0;
    for (size_t i = 0; i < timeline->objects.count; i++) {
        struct timeline_object *object = &timeline->objects.at[i];
        if (!cut->objects[i]) {
            free(object->name);
            free(object->label);
            continue;
        }
        if (object->thread != TIMELINE_NONE && moved(cut->thread_places, object->thread) == TIMELINE_NONE && !object->name)
            object->name = timeline_object_label(timeline, (uint32_t)i); /* while its thread is still known */
        object->thread = moved(cut->thread_places, object->thread);
        timeline->objects.at[count++] = *object;
    }
    timeline->objects.count = count;
}

static void move_spans(struct cut *cut)
{
    struct timeline *timeline = cut->timeline;
    size_t count = 0;
    for (size_t i = 0; i < timeline->spans.count; i++) {
        struct timeline_span span = timeline->spans.at[i];
        if (!cut->spans[i])
            continue;
        span.thread = cut->thread_places[span.thread];
        span.object = cut->object_places[span.object];
        timeline->spans.at[count++] = span;
    }
    timeline->spans.count = count;
    count = 0;
    for (size_t i = 0; i < timeline->arrows.count; i++) {
        struct timeline_arrow arrow = timeline->arrows.at[i];
        arrow.span = cut->span_places[arrow.span];
        arrow.from = moved(cut->thread_places, arrow.from);
        if (arrow.span != TIMELINE_NONE && arrow.from != TIMELINE_NONE)
            timeline->arrows.at[count++] = arrow;
    }
    timeline->arrows.count = count;
}

static void move_marks(struct cut *cut)
{
    struct timeline *timeline = cut->timeline;
    size_t count = 0;
    for (size_t i = 0; i < timeline->marks.count; i++) {
        struct timeline_mark mark = timeline->marks.at[i];
        if (!mark_stays(cut, &mark))
            continue;
        mark.thread = cut->thread_places[mark.thread];
        mark.object = cut->object_places[mark.object];
        if (mark.what == TIMELINE_first_order)
            mark.other = cut->object_places[mark.other];
        timeline->marks.at[count++] = mark;
    }
    timeline->marks.count = count;
}

/* What was found stays where its thread does. */
static void move_told(struct cut *cut)
{
    struct timeline *timeline = cut->timeline;
    for (size_t i = 0; i < timeline->told.count; i++) {
        struct timeline_told *told = &timeline->told.at[i];
        bool inside = told->time_ns >= timeline->from_ns && told->time_ns <= timeline->to_ns;
        told->thread = inside ? cut->thread_places[told->thread] : TIMELINE_NONE;
    }
}

static void move(struct cut *cut)
{
    struct timeline *timeline = cut->timeline;
    cut->thread_places = places_of(cut->threads, timeline->threads.count);
    cut->object_places = places_of(cut->objects, timeline->objects.count);
    cut->span_places = places_of(cut->spans, timeline->spans.count);
    move_objects(cut); /* first: they are called after threads */
    move_spans(cut);
    move_marks(cut);
    move_told(cut);
    move_threads(cut);
    free(cut->thread_places);
    free(cut->object_places);
    free(cut->span_places);
}

static void set_range(struct timeline *timeline, const struct selection *how)
{
    int64_t to_ns = how->to_ns < 0 ? timeline->end_ns : timeline->begin_ns + how->to_ns;
    if (!how->ranged)
        return;
    timeline->from_ns = timeline->begin_ns + how->from_ns;
    timeline->to_ns = to_ns < timeline->end_ns ? to_ns : timeline->end_ns;
    if (timeline->from_ns > timeline->end_ns)
        timeline->from_ns = timeline->end_ns;
}

const char *timeline_cut(struct timeline *timeline, const struct selection *how)
{
    struct cut cut = {
        .timeline = timeline, .how = how,
        .threads = memory_new(timeline->threads.count + 1, sizeof(bool)),
        .objects = memory_new(timeline->objects.count + 1, sizeof(bool)),
        .spans = memory_new(timeline->spans.count + 1, sizeof(bool)),
        .fits = {memory_new(how->processes.count + 1, sizeof(bool)), memory_new(how->threads.count + 1, sizeof(bool)),
                 memory_new(how->locks.count + 1, sizeof(bool))},
    };
    set_range(timeline, how);
    choose_threads(&cut);
    choose_objects(&cut);
    const char *bad = unfit(&cut);
    choose_spans(&cut);
    if (!bad && (how->ranged || selection_names_any(how)))
        move(&cut);
    free(cut.threads);
    free(cut.objects);
    free(cut.spans);
    for (int i = 0; i < 3; i++)
        free(cut.fits[i]);
    return bad;
}
