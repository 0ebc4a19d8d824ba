/* SPDX-License-Identifier: MIT */
/* The timeline's tables: made, put in order, looked into. timeline-observe.c fills them. */
#include "config.h"
#include "render/timeline-data.h"

#include <stdlib.h>
#include <string.h>
#include "render/timeline-inner.h"

struct timeline *timeline_new(struct model *model, const struct timeline_names *names, bool all)
{
    struct timeline *timeline = memory_new(1, sizeof *timeline);
    timeline->begin_ns = MODEL_UNKNOWN_NS;
    timeline->model = model;
    timeline->names = *names;
    timeline->all = all;
    timeline->slot = model_subscribe(model, &timeline_ops, timeline);
    texts_number(&timeline->frames, "");
    return timeline;
}

void timeline_free(struct timeline *timeline)
{
    if (!timeline)
        return;
    for (size_t i = 0; i < timeline->processes.count; i++) {
        free(timeline->processes.at[i].executable);
        map_free(&timeline->processes.at[i].sites);
    }
    for (size_t i = 0; i < timeline->threads.count; i++) {
        free(timeline->threads.at[i].name);
        free(timeline->threads.at[i].function);
    }
    for (size_t i = 0; i < timeline->objects.count; i++) {
        free(timeline->objects.at[i].name);
        free(timeline->objects.at[i].label);
    }
    for (size_t i = 0; i < timeline->stacks.count; i++)
        free(timeline->stacks.at[i]);
    free(timeline->processes.at);
    free(timeline->threads.at);
    free(timeline->objects.at);
    free(timeline->spans.at);
    free(timeline->arrows.at);
    free(timeline->marks.at);
    for (size_t i = 0; i < timeline->told.count; i++) {
        free(timeline->told.at[i].id);
        free(timeline->told.at[i].finding);
        free(timeline->told.at[i].certainty);
        free(timeline->told.at[i].message);
    }
    free(timeline->told.at);
    stacks_free(&timeline->stack_set);
    free(timeline->path.at);
    free(timeline->stacks.at);
    texts_free(&timeline->frames);
    map_free(&timeline->last);
    map_free(&timeline->stack_numbers);
    free(timeline);
}

/* --- looked into --- */
uint32_t timeline_find_thread(const struct timeline *timeline, int32_t pid, int32_t tid)
{
    for (uint32_t i = (uint32_t)timeline->threads.count; i-- > 0;) {
        const struct timeline_thread *thread = &timeline->threads.at[i];
        if (thread->tid == tid && timeline->processes.at[thread->process].pid == pid)
            return i;
    }
    return TIMELINE_NONE;
}

uint32_t timeline_find_object(const struct timeline *timeline, int32_t pid, uint64_t address)
{
    for (uint32_t i = (uint32_t)timeline->objects.count; i-- > 0;) {
        const struct timeline_object *object = &timeline->objects.at[i];
        if (object->kind != THRUM_kind_signal && object->address == address &&
            timeline->processes.at[object->process].pid == pid)
            return i;
    }
    return TIMELINE_NONE;
}

static void mark_step(struct timeline *timeline, const struct finding_step *step)
{
    uint32_t thread = timeline_find_thread(timeline, step->pid, step->tid);
    uint32_t blocked = thread == TIMELINE_NONE ? TIMELINE_NONE : timeline->threads.at[thread].blocked;
    if (blocked == TIMELINE_NONE)
        return;
    struct timeline_span *span = &timeline->spans.at[blocked];
    if (timeline->objects.at[span->object].address == step->wants.address)
        span->flags |= TIMELINE_FOREVER;
}

static void mark_deadlocks(struct timeline *timeline, const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->at[i];
        bool deadlock = finding->kind == FINDING_deadlock || finding->kind == FINDING_self_deadlock;
        for (size_t j = 0; deadlock && finding->certainty == CERTAINTY_happened && j < finding->step_count; j++)
            mark_step(timeline, &finding->steps[j]);
    }
}

/* --- in order --- */
static int by_begin(const void *a, const void *b, void *spans)
{
    const struct timeline_span *at = spans;
    uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    if (at[i].begin_ns != at[j].begin_ns)
        return at[i].begin_ns < at[j].begin_ns ? -1 : 1;
    return i < j ? -1 : i > j;
}

/* Sorts the spans; the result, to be freed: where each has gone. */
static uint32_t *sort_spans(struct timeline *timeline)
{
    size_t count = timeline->spans.count;
    uint32_t *order = memory_new(count + 1, sizeof *order), *gone_to = memory_new(count + 1, sizeof *gone_to);
    struct timeline_span *sorted = memory_new(count + 1, sizeof *sorted);
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    qsort_r(order, count, sizeof *order, by_begin, timeline->spans.at);
    for (size_t i = 0; i < count; i++) {
        sorted[i] = timeline->spans.at[order[i]];
        gone_to[order[i]] = (uint32_t)i;
    }
    free(order);
    free(timeline->spans.at);
    timeline->spans.at = sorted;
    timeline->spans.capacity = count + 1;
    return gone_to;
}

static int by_span(const void *a, const void *b)
{
    uint32_t i = ((const struct timeline_arrow *)a)->span, j = ((const struct timeline_arrow *)b)->span;
    return i < j ? -1 : i > j;
}

/* --- how it ends --- */

/*
 * No event tells that a process ended. One in which a deadlock happened, or whose main thread waits, hangs. Another
 * that has threads waiting is taken to have ended with its main thread: that is how programs end that have pools.
 */
static void find_hanging(struct timeline *timeline)
{
    bool *has_main = memory_new(timeline->processes.count + 1, sizeof *has_main);
    for (size_t i = 0; i < timeline->threads.count; i++)
        has_main[timeline->threads.at[i].process] |= timeline->threads.at[i].main && timeline->threads.at[i].open;
    for (size_t i = 0; i < timeline->threads.count; i++) {
        const struct timeline_thread *thread = &timeline->threads.at[i];
        struct timeline_process *process = &timeline->processes.at[thread->process];
        if (thread->blocked == TIMELINE_NONE || process->over)
            continue;
        bool for_ever = timeline->spans.at[thread->blocked].flags & TIMELINE_FOREVER;
        process->hangs |= for_ever || thread->main || !has_main[thread->process];
    }
    free(has_main);
}

/*
 * A program that hangs records nothing more. So that one sees who waits then, a part of that time is shown, but never
 * so much that what happened before gets small.
 */
static void show_quiet(struct timeline *timeline, int64_t stopped_ns)
{
    enum { LEAST_NS = 1000, PART = 8 };
    bool hangs = false;
    for (size_t i = 0; i < timeline->processes.count; i++)
        hangs |= timeline->processes.at[i].hangs;
    int64_t most = (timeline->last_ns - timeline->begin_ns) / PART;
    bool known = stopped_ns > timeline->last_ns; /* else the last packet ends with its last event: that tells nothing */
    timeline->quiet_ns = !hangs ? 0 : known ? stopped_ns - timeline->last_ns : -1;
    most = most < LEAST_NS ? LEAST_NS : most;
    timeline->end_ns = timeline->last_ns + (timeline->quiet_ns < 0 || timeline->quiet_ns > most ? most : timeline->quiet_ns);
}

/* What is not over goes to the end of its process: the end of all where it hangs, else its last event. */
static void end_lives(struct timeline *timeline)
{
    for (size_t i = 0; i < timeline->threads.count; i++) {
        struct timeline_thread *thread = &timeline->threads.at[i];
        const struct timeline_process *process = &timeline->processes.at[thread->process];
        if (thread->open)
            thread->end_ns = process->hangs ? timeline->end_ns : process->last_ns;
        if (thread->end_ns < thread->begin_ns)
            thread->end_ns = thread->begin_ns;
    }
    for (size_t i = 0; i < timeline->spans.count; i++) {
        struct timeline_span *span = &timeline->spans.at[i];
        const struct timeline_process *process = &timeline->processes.at[timeline->threads.at[span->thread].process];
        if (span->flags & TIMELINE_OPEN)
            span->end_ns = process->hangs ? timeline->end_ns : process->last_ns;
        if (span->begin_ns < timeline->begin_ns) { /* held since a fork that is not in this trace */
            span->begin_ns = timeline->begin_ns;
            span->flags |= TIMELINE_BEFORE;
        }
    }
}

static void drop_parts_of_waits(struct timeline *timeline)
{
    size_t count = 0;
    for (size_t i = 0; i < timeline->marks.count; i++)
        if (timeline->marks.at[i].what != TIMELINE_part_of_wait)
            timeline->marks.at[count++] = timeline->marks.at[i];
    timeline->marks.count = count;
}

void timeline_finish(struct timeline *timeline, const struct findings *findings, int64_t stopped_ns)
{
    if (timeline->begin_ns == MODEL_UNKNOWN_NS)
        timeline->begin_ns = timeline->last_ns;
    mark_deadlocks(timeline, findings);
    find_hanging(timeline);
    show_quiet(timeline, stopped_ns);
    end_lives(timeline);
    drop_parts_of_waits(timeline);
    timeline->from_ns = timeline->begin_ns;
    timeline->to_ns = timeline->end_ns;
    uint32_t *gone_to = sort_spans(timeline);
    for (size_t i = 0; i < timeline->arrows.count; i++)
        timeline->arrows.at[i].span = gone_to[timeline->arrows.at[i].span];
    for (size_t i = 0; i < timeline->threads.count; i++)
        if (timeline->threads.at[i].blocked != TIMELINE_NONE)
            timeline->threads.at[i].blocked = gone_to[timeline->threads.at[i].blocked];
    free(gone_to);
    if (timeline->arrows.count)
        qsort(timeline->arrows.at, timeline->arrows.count, sizeof *timeline->arrows.at, by_span);
}

/* --- names from symbols --- */
static const struct symbol_place *call(void *self, int32_t pid, int64_t time_ns, uint64_t address)
{
    return symbols_call(self, pid, time_ns, address);
}

static const struct symbol_place *code(void *self, int32_t pid, int64_t time_ns, uint64_t address)
{
    return symbols_code(self, pid, time_ns, address);
}

static const struct symbol_variable *variable(void *self, int32_t pid, int64_t time_ns, uint64_t address)
{
    return symbols_variable(self, pid, time_ns, address);
}

struct timeline_names timeline_names_of(struct symbols *symbols)
{
    return (struct timeline_names){.self = symbols, .call = call, .code = code, .variable = variable};
}
