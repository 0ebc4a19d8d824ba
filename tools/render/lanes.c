/* SPDX-License-Identifier: MIT */
/* Rows of a timeline, and what each shows at each place of a picture. */
#include "config.h"
#include "render/lanes.h"

#include <stdlib.h>
#include <string.h>
#include "base/memory.h"

static bool is_wait(const struct timeline_span *span)
{
    return span->what == TIMELINE_acquire || span->what == TIMELINE_wait;
}

/* --- which rows --- */

static struct lane *make_all(struct lanes *lanes, size_t count, bool objects, uint32_t *spans)
{
    const struct timeline *timeline = lanes->timeline;
    struct lane *all = memory_new(count + 1, sizeof *all);
    size_t *ends = memory_new(count + 1, sizeof *ends), sum = 0;
    for (size_t i = 0; i < timeline->spans.count; i++) {
        const struct timeline_span *span = &timeline->spans.at[i];
        struct lane *lane = &all[objects ? span->object : span->thread];
        lane->count++;
        lane->wait_ns += is_wait(span) ? span->end_ns - span->begin_ns : 0;
    }
    for (size_t i = 0; i < count; i++) {
        all[i].place = (uint32_t)i;
        all[i].spans = spans + sum;
        ends[i] = sum;
        sum += all[i].count;
    }
    for (size_t i = 0; i < timeline->spans.count; i++) {
        const struct timeline_span *span = &timeline->spans.at[i];
        spans[ends[objects ? span->object : span->thread]++] = (uint32_t)i;
    }
    free(ends);
    return all;
}

static int longest_wait_first(const void *one, const void *other)
{
    const struct lane *a = one, *b = other;
    if (a->wait_ns != b->wait_ns)
        return a->wait_ns < b->wait_ns ? 1 : -1;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return a->place < b->place ? -1 : 1;
}

static int by_place(const void *one, const void *other)
{
    const struct lane *a = one, *b = other;
    return a->place < b->place ? -1 : a->place > b->place;
}

/* Those of one process beneath each other: the processes, and in each the threads, in the order in which they began. */
static void group_by_process(const struct timeline *timeline, struct lane *threads, size_t count)
{
    struct lane *grouped = memory_new(count + 1, sizeof *grouped);
    bool *done = memory_new(count + 1, sizeof *done);
    size_t filled = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t j = i; j < count && !done[i]; j++)
            if (!done[j] && timeline->threads.at[threads[j].place].process == timeline->threads.at[threads[i].place].process) {
                grouped[filled++] = threads[j];
                done[j] = j != i;
            }
    memcpy(threads, grouped, count * sizeof *threads);
    free(grouped);
    free(done);
}

static size_t choose_threads(struct lanes *lanes, size_t most)
{
    size_t all = lanes->timeline->threads.count;
    if (all > most) {
        qsort(lanes->threads, all, sizeof *lanes->threads, longest_wait_first);
        qsort(lanes->threads, most, sizeof *lanes->threads, by_place);
    }
    lanes->thread_count = all < most ? all : most;
    if (lanes->timeline->processes.count > 1)
        group_by_process(lanes->timeline, lanes->threads, lanes->thread_count);
    return all - lanes->thread_count;
}

/* Ends of threads and signals have no rows of their own. */
static bool has_row(const struct timeline_object *object, const struct lane *lane)
{
    return lane->count && object->kind != THRUM_kind_thread && object->kind != THRUM_kind_signal && object->kind != THRUM_kind_process;
}

static size_t choose_objects(struct lanes *lanes, size_t most)
{
    size_t all = 0;
    for (size_t i = 0; i < lanes->timeline->objects.count; i++)
        if (has_row(&lanes->timeline->objects.at[i], &lanes->objects[i]))
            lanes->objects[all++] = lanes->objects[i];
    qsort(lanes->objects, all, sizeof *lanes->objects, longest_wait_first);
    lanes->object_count = all < most ? all : most;
    return all - lanes->object_count;
}

void lanes_make(struct lanes *lanes, const struct timeline *timeline, size_t threads, size_t objects)
{
    size_t count = timeline->spans.count;
    *lanes = (struct lanes){.timeline = timeline, .spans = memory_new(2 * count + 1, sizeof *lanes->spans)};
    lanes->threads = make_all(lanes, timeline->threads.count, false, lanes->spans);
    lanes->objects = make_all(lanes, timeline->objects.count, true, lanes->spans + count);
    lanes->threads_left_out = choose_threads(lanes, threads);
    lanes->objects_left_out = choose_objects(lanes, objects);
}

void lanes_free(struct lanes *lanes)
{
    free(lanes->threads);
    free(lanes->objects);
    free(lanes->spans);
}

/* --- what they show --- */

/* How long a cell was in each state. */
struct weights {
    double in[LANE_STATES];
    double longest;
    uint32_t span, thread;
    double thread_longest;
    bool handler;
};

struct sheet {
    int64_t from_ns;
    double cell_ns;
    size_t count;
    struct weights *weights;
};

/* A piece of a row: its part of each cell that it touches is added to a state. */
static void paint(struct sheet *sheet, int64_t begin_ns, int64_t end_ns, enum lane_state state, uint32_t span, uint32_t thread)
{
    double begin = (double)(begin_ns - sheet->from_ns) / sheet->cell_ns, end = (double)(end_ns - sheet->from_ns) / sheet->cell_ns;
    if (end < 0 || begin >= (double)sheet->count)
        return;
    size_t first = begin > 0 ? (size_t)begin : 0;
    for (size_t i = first; i < sheet->count && (double)i <= end; i++) {
        double from = begin > (double)i ? begin : (double)i, to = end < (double)(i + 1) ? end : (double)(i + 1);
        double part = to > from ? to - from : 0;
        struct weights *weights = &sheet->weights[i];
        weights->in[state] += part;
        if (span != TIMELINE_NONE && (weights->span == TIMELINE_NONE || part > weights->longest)) {
            weights->longest = part;
            weights->span = span;
        }
        if (thread != TIMELINE_NONE && (weights->thread == TIMELINE_NONE || part > weights->thread_longest)) {
            weights->thread_longest = part;
            weights->thread = thread;
        }
    }
}

static enum lane_state state_of(const struct timeline_span *span)
{
    switch (span->what) {
    case TIMELINE_hold:
        return LANE_holds;
    case TIMELINE_shared:
        return LANE_shared;
    case TIMELINE_acquire:
        return span->flags & TIMELINE_FOREVER ? LANE_forever : LANE_acquires;
    default:
        return span->flags & TIMELINE_FOREVER ? LANE_forever : LANE_waits;
    }
}

static void paint_handler(struct sheet *sheet, const struct timeline_span *span)
{
    double at = (double)(span->begin_ns - sheet->from_ns) / sheet->cell_ns;
    if (at >= 0 && at < (double)sheet->count)
        sheet->weights[(size_t)at].handler = true;
}

static void paint_spans(struct sheet *sheet, const struct lanes *lanes, const struct lane *lane, bool object)
{
    for (size_t i = 0; i < lane->count; i++) {
        const struct timeline_span *span = &lanes->timeline->spans.at[lane->spans[i]];
        if (span->what == TIMELINE_handler) {
            paint_handler(sheet, span);
            continue;
        }
        enum lane_state state = state_of(span);
        bool held = state == LANE_holds || state == LANE_shared;
        paint(sheet, span->begin_ns, span->end_ns, !object && held ? LANE_holds : state, lane->spans[i],
              object && held ? span->thread : TIMELINE_NONE);
    }
}

/* A thread: what it waits for comes before what it holds. */
static struct lane_cell thread_cell(const struct weights *it)
{
    struct lane_cell cell = {.thread = TIMELINE_NONE, .span = it->span, .handler = it->handler, .state = LANE_nothing};
    double waited = it->in[LANE_acquires] + it->in[LANE_waits] + it->in[LANE_forever], alive = it->in[LANE_runs];
    if (alive <= 0)
        return cell;
    if (it->in[LANE_forever] > 0)
        cell.state = LANE_forever;
    else if (waited >= alive / 2)
        cell.state = it->in[LANE_acquires] >= it->in[LANE_waits] ? LANE_acquires : LANE_waits;
    else
        cell.state = it->in[LANE_holds] >= alive / 2 ? LANE_holds : LANE_runs;
    return cell;
}

static struct lane_cell object_cell(const struct weights *it)
{
    struct lane_cell cell = {.thread = it->thread, .span = it->span, .state = LANE_nothing,
                             .contended = it->in[LANE_acquires] + it->in[LANE_waits] + it->in[LANE_forever] > 0};
    if (it->thread != TIMELINE_NONE)
        cell.state = it->in[LANE_shared] > it->in[LANE_holds] ? LANE_shared : LANE_holds;
    else if (it->in[LANE_forever] > 0)
        cell.state = LANE_forever;
    else if (cell.contended)
        cell.state = it->in[LANE_acquires] > 0 ? LANE_acquires : LANE_waits;
    return cell;
}

struct lane_cell *lane_cells(const struct lanes *lanes, const struct lane *lane, bool object, int64_t from_ns, int64_t to_ns, size_t count)
{
    int64_t length = to_ns > from_ns ? to_ns - from_ns : 1;
    struct sheet sheet = {from_ns, (double)length / (double)count, count, memory_new(count, sizeof *sheet.weights)};
    struct lane_cell *cells = memory_new(count, sizeof *cells);
    for (size_t i = 0; i < count; i++)
        sheet.weights[i].span = sheet.weights[i].thread = TIMELINE_NONE;
    if (!object) {
        const struct timeline_thread *thread = &lanes->timeline->threads.at[lane->place];
        paint(&sheet, thread->begin_ns, thread->end_ns, LANE_runs, TIMELINE_NONE, TIMELINE_NONE);
    }
    paint_spans(&sheet, lanes, lane, object);
    for (size_t i = 0; i < count; i++)
        cells[i] = object ? object_cell(&sheet.weights[i]) : thread_cell(&sheet.weights[i]);
    free(sheet.weights);
    return cells;
}
