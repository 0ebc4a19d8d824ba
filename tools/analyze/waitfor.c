/* SPDX-License-Identifier: MIT */
/*
 * Deadlocks that happened: cycles in the graph of who waits for whom, as it stands when the trace ends or a process is
 * replaced. An edge goes from a thread that is blocked for ever to every thread that must act before it can go on:
 *
 *     acquire of what excludes it         each holder; for a reader, each writer that waits before it
 *     join                                the thread joined
 *     wait that has dropped a mutex       the mutex's holder: whatever ends the wait, it needs the mutex back
 *
 * All of them must act, so any cycle is a deadlock. A timed acquire or join ends by itself and has no edges. A blocked
 * thread whose object is free has none either: it is about to get it.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include "analyze/graph.h"
#include "analyze/waitfor.h"
#include "base/memory.h"

/* Deadlocks of processes that are gone when the findings are asked for. */
struct waitfor {
    struct model *model;
    int slot;
    struct waitfor_cycle *cycles;
    size_t count;
    size_t capacity;
};

static bool excludes(enum thrum_mode mode)
{
    return mode != THRUM_mode_shared;
}

/* Whether readers wait behind waiting writers; what isn't known of an rwlock may be. */
static bool writers_first(const struct object *object)
{
    return !object->born || object->type == THRUM_type_prefer_writer ||
           object->type == THRUM_type_prefer_writer_nonrecursive;
}

/* The blocked threads of one process; nodes are their places. */
struct wait_graph {
    struct thread **threads;
    uint32_t count, capacity;
    struct map numbers; /* thread id + 1 -> place + 1 */
    struct graph graph;
};

static void take(struct wait_graph *waits, const struct thread *from, const struct thread *to)
{
    uintptr_t source = (uintptr_t)map_get(&waits->numbers, from->id + 1);
    uintptr_t target = (uintptr_t)map_get(&waits->numbers, to->id + 1);
    if (source && target) /* a thread that isn't blocked leads nowhere */
        graph_edge(&waits->graph, (uint32_t)source - 1, (uint32_t)target - 1);
}

static void edges_to_holders(struct wait_graph *waits, struct thread *from, struct object *object, enum thrum_mode mode)
{
    bool held_alone = false;
    for (uint32_t i = 0; i < object->holder_count; i++) {
        struct thread *holder = object->holders[i];
        bool alone = excludes(thread_hold(holder, object)->mode);
        held_alone |= alone;
        if (excludes(mode) || alone)
            take(waits, from, holder);
    }
    if (excludes(mode) || held_alone || !object->holder_count || !writers_first(object))
        return;
    for (uint32_t i = 0; i < object->waiter_count; i++) {
        struct thread *writer = object->waiters[i];
        if (writer != from && writer->blocked.what == BLOCKING_acquire && excludes(writer->blocked.mode) &&
            blocked_for_ever(&writer->blocked))
            take(waits, from, writer);
    }
}

static void edges_of(struct wait_graph *waits, struct thread *thread)
{
    const struct blocked *blocked = &thread->blocked;
    struct object *object = blocked->object;
    if (blocked->what == BLOCKING_wait && blocked->mutex) {
        if (!thread_hold(thread, blocked->mutex)) /* else it is held recursively, and so still its own */
            edges_to_holders(waits, thread, blocked->mutex, THRUM_mode_exclusive);
    } else if (!blocked_for_ever(blocked))
        return;
    else if (blocked->what == BLOCKING_wait && object->kind == THRUM_kind_thread) {
        if (object->thread && !object->thread->ended)
            take(waits, thread, object->thread);
    } else if (blocked->what == BLOCKING_acquire && object_is_lock(object))
        edges_to_holders(waits, thread, object, blocked->mode);
}

static void build(struct wait_graph *waits, const struct process *process)
{
    for (struct thread *thread = process->threads; thread; thread = thread->next_thread)
        if (thread->blocked.what != BLOCKING_no) {
            waits->threads = memory_grow32(waits->threads, waits->count + 1, &waits->capacity, sizeof *waits->threads);
            waits->threads[waits->count++] = thread;
            map_put(&waits->numbers, thread->id + 1, (void *)(uintptr_t)waits->count);
        }
    for (uint32_t i = 0; i < waits->count; i++)
        edges_of(waits, waits->threads[i]);
    graph_close(&waits->graph, waits->count);
}

/* --- what is kept of a deadlock --- */

static struct taking keep(struct taking taking)
{
    object_ref(taking.object);
    return taking;
}

static struct taking wanted_by(const struct thread *thread)
{
    struct taking wants = taking_of_block(&thread->blocked);
    if (thread->blocked.mutex) {
        wants.object = thread->blocked.mutex;
        wants.mode = THRUM_mode_exclusive;
    }
    return wants;
}

/* What `thread` has that keeps the one who wants it waiting. */
static struct taking held_by(const struct thread *thread, const struct taking *wanted)
{
    const struct hold *hold = thread_hold(thread, wanted->object);
    if (hold)
        return taking_of_hold(hold);
    if (wanted->object->kind == THRUM_kind_thread) /* itself, until it ends */
        return (struct taking){.object = wanted->object, .since_ns = MODEL_UNKNOWN_NS};
    return wanted_by(thread); /* a writer, which waits before a reader */
}

static struct waitfor_cycle *add_cycle(struct waitfor *self)
{
    self->cycles = memory_grow(self->cycles, self->count + 1, &self->capacity, sizeof *self->cycles);
    self->cycles[self->count] = (struct waitfor_cycle){0};
    return &self->cycles[self->count++];
}

/* Begins with the thread that was there first, so that chance has no part in it. */
static uint32_t first_step(const struct wait_graph *waits, const uint32_t *edges, uint32_t length)
{
    uint32_t first = 0;
    for (uint32_t i = 1; i < length; i++)
        if (waits->threads[waits->graph.from[edges[i]]]->id < waits->threads[waits->graph.from[edges[first]]]->id)
            first = i;
    return first;
}

static void keep_steps(struct waitfor_cycle *cycle, const struct wait_graph *waits, const uint32_t *edges, uint32_t length)
{
    uint32_t first = first_step(waits, edges, length);
    cycle->steps = memory_new(length, sizeof *cycle->steps);
    cycle->step_count = length;
    for (uint32_t i = 0; i < length; i++) {
        uint32_t edge = edges[(first + i) % length], before = edges[(first + i + length - 1) % length];
        struct thread *thread = waits->threads[waits->graph.from[edge]];
        struct taking wanted = wanted_by(waits->threads[waits->graph.from[before]]);
        cycle->steps[i] = (struct waitfor_step){
            .thread = thread_ref(thread), .holds = keep(held_by(thread, &wanted)), .wants = keep(wanted_by(thread)),
            .back = thread->blocked.mutex != NULL,
            .queued = !thread_hold(thread, wanted.object) && wanted.object->kind != THRUM_kind_thread,
        };
    }
}

/* The threads from which a way leads to the circle. */
static void keep_behind(struct waitfor_cycle *cycle, const struct wait_graph *waits, uint32_t component)
{
    const struct graph *graph = &waits->graph;
    bool *reached = memory_new(waits->count, sizeof *reached);
    uint32_t *queue = memory_new(waits->count, sizeof *queue), count = 0;
    for (uint32_t n = 0; n < waits->count; n++)
        if (graph->component[n] == component)
            reached[queue[count++] = n] = true;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = graph->in_begin[queue[i]]; j < graph->in_begin[queue[i] + 1]; j++) {
            uint32_t from = graph->from[graph->in[j]];
            if (!reached[from])
                reached[queue[count++] = from] = true;
        }
    for (uint32_t i = 0; i < cycle->step_count; i++)
        reached[(uintptr_t)map_get(&waits->numbers, cycle->steps[i].thread->id + 1) - 1] = false;
    cycle->behind = memory_new(count, sizeof *cycle->behind);
    for (uint32_t n = 0; n < waits->count; n++)
        if (reached[n])
            cycle->behind[cycle->behind_count++] = thread_ref(waits->threads[n]);
    free(reached);
    free(queue);
}

/* Whether only threads of its own process could end the wait. */
static bool is_helpless(const struct blocked *blocked)
{
    const struct object *object = blocked->object;
    return blocked_for_ever(blocked) && !object->shared && object->kind != THRUM_kind_process &&
           object->kind != THRUM_kind_signal && object->kind != THRUM_kind_file_lock;
}

static bool all_stuck(const struct process *process)
{
    if (process->exiting || !process->threads)
        return false;
    for (const struct thread *thread = process->threads; thread; thread = thread->next_thread)
        if (thread->tid && !thread->ended && !is_helpless(&thread->blocked))
            return false;
    return true;
}

/* The shortest circle of each component into best[]; NULL where there is none. */
static void shortest(const struct graph *graph, uint32_t **best, uint32_t *lengths)
{
    for (uint32_t e = 0; e < graph->edge_count; e++) {
        uint32_t component = graph->component[graph->from[e]], length;
        uint32_t *cycle = graph_cycle_through(graph, e, &length);
        bool better = cycle && (!best[component] || length < lengths[component]);
        if (better) {
            free(best[component]);
            best[component] = cycle;
            lengths[component] = length;
        } else
            free(cycle);
    }
}

/* One deadlock of each component; its other threads wait behind it. */
static void look_at(struct waitfor *self, const struct process *process)
{
    struct wait_graph waits = {0};
    build(&waits, process);
    uint32_t **best = memory_new(waits.count, sizeof *best);
    uint32_t *lengths = memory_new(waits.count, sizeof *lengths);
    shortest(&waits.graph, best, lengths);
    for (uint32_t component = 0; component < waits.count; component++) {
        if (!best[component])
            continue;
        struct waitfor_cycle *cycle = add_cycle(self);
        keep_steps(cycle, &waits, best[component], lengths[component]);
        keep_behind(cycle, &waits, component);
        cycle->all_stuck = all_stuck(process);
        free(best[component]);
    }
    free(best);
    free(lengths);
    graph_free(&waits.graph);
    map_free(&waits.numbers);
    free(waits.threads);
}

/* --- the analysis --- */

static void process_ended(void *self, int64_t now, struct process *process)
{
    (void)now;
    look_at(self, process);
}

static const struct model_ops ops = {.process_ended = process_ended};

static void *begin(struct model *model)
{
    struct waitfor *self = memory_new(1, sizeof *self);
    self->model = model;
    self->slot = model_subscribe(model, &ops, self);
    return self;
}

static void find(void *state, struct analysis_context *context)
{
    struct waitfor *self = state;
    size_t count;
    struct process *const *processes = model_processes(self->model, &count);
    for (size_t i = 0; i < self->count; i++) /* of processes that were replaced */
        waitfor_report(&self->cycles[i], context);
    for (size_t i = 0; i < count; i++) {
        size_t before = self->count;
        bool reported = false;
        look_at(self, processes[i]);
        for (size_t j = before; j < self->count; j++)
            reported |= waitfor_report(&self->cycles[j], context);
        if (!reported && all_stuck(processes[i]))
            waitfor_tell_stuck(processes[i], context);
    }
}

static void end(void *state)
{
    struct waitfor *self = state;
    for (size_t i = 0; i < self->count; i++) {
        struct waitfor_cycle *cycle = &self->cycles[i];
        for (uint32_t j = 0; j < cycle->step_count; j++) {
            object_unref(cycle->steps[j].holds.object);
            object_unref(cycle->steps[j].wants.object);
            thread_unref(cycle->steps[j].thread);
        }
        for (uint32_t j = 0; j < cycle->behind_count; j++)
            thread_unref(cycle->behind[j]);
        free(cycle->steps);
        free(cycle->behind);
    }
    model_unsubscribe(self->model, self->slot);
    free(self->cycles);
    free(self);
}

const struct analysis analysis_waitfor = {.name = "waitfor", .begin = begin, .find = find, .end = end};
