/* SPDX-License-Identifier: MIT */
/*
 * Processes: they begin, fork, and are replaced by exec or by another that is given their pid. A trace tells of no
 * end; a pid that begins anew does.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include "model/model-inner.h"

struct process *process_ref(struct process *process)
{
    process->references++;
    return process;
}

static void free_maps(struct process_maps *maps)
{
    map_free(&maps->by_tid);
    map_free(&maps->by_handle);
    map_free(&maps->by_serial);
    map_free(&maps->over_lines);
    map_free(&maps->given_early);
    for (int kind = 0; kind < MODEL_KINDS; kind++)
        map_free(&maps->objects[kind]);
    free(maps);
}

void process_unref(struct process *process)
{
    if (!process || --process->references)
        return;
    TELL(process->model, process_freed, process);
    process_unref(process->forked_from);
    free(process->executable);
    free_maps(process->maps);
    free(process);
}

static struct process *process_new(struct model *model, int32_t pid)
{
    struct process *process = memory_new(1, sizeof *process + model->observer_count * sizeof(void *));
    process->slots = (void **)(process + 1);
    process->model = model;
    process->references = 1;
    process->id = model->next_process_id++;
    process->pid = pid;
    process->executable = memory_text("");
    process->begin_ns = process->end_ns = MODEL_UNKNOWN_NS;
    process->maps = memory_new(1, sizeof *process->maps);
    map_put(&model->by_pid, (uint32_t)pid, process);
    model->processes = memory_grow(model->processes, model->process_count + 1, &model->process_capacity,
                                   sizeof(struct process *));
    model->processes[model->process_count++] = process;
    model->totals.processes++;
    return process;
}

struct process *process_get(struct model *model, int32_t pid)
{
    struct process *process = map_get(&model->by_pid, (uint32_t)pid);
    if (!process) {
        process = process_new(model, pid);
        TELL(model, process_begun, process);
    }
    return process;
}

static void end_threads(struct process *process)
{
    struct model *model = process->model;
    for (struct thread *thread = process->threads; thread; thread = thread->next_thread) {
        blocked_clear(thread);
        while (thread->held_count)
            hold_drop(thread, thread->held[thread->held_count - 1].object, DROP_process);
        if (!thread->ended && thread->tid) {
            thread->ended = true;
            thread->end_ns = model->now;
            TELL(model, thread_ended, thread);
        }
    }
    while (process->threads)
        thread_forget(process->threads);
}

static void end_objects(struct process *process)
{
    for (int kind = 0; kind < MODEL_KINDS; kind++) {
        size_t place = 0;
        for (const struct map_entry *entry; (entry = map_next(&process->maps->objects[kind], &place));) {
            object_leave(process, entry->value);
            place--; /* another entry may have been moved to where this one was */
        }
    }
}

void process_end(struct model *model, struct process *process)
{
    process->end_ns = model->now;
    TELL(model, process_ended, process);
    end_threads(process);
    end_objects(process);
    map_remove(&model->by_pid, (uint32_t)process->pid);
    for (size_t i = 0; i < model->process_count; i++)
        if (model->processes[i] == process) {
            model->process_count--;
            memmove(&model->processes[i], &model->processes[i + 1],
                    (model->process_count - i) * sizeof(struct process *));
            break;
        }
    process_unref(process);
}

static void forget_ended(struct model *model)
{
    for (size_t i = 0; i < ENDED_KEPT; i++)
        thread_unref(model->ended[i]);
}

void process_release_all(struct model *model)
{
    forget_ended(model);
    while (model->process_count)
        process_end(model, model->processes[model->process_count - 1]);
    map_free(&model->by_pid);
    map_free(&model->files);
    free(model->processes);
}

/*
 * A process is announced when it begins, and once more whenever a tracing session starts while it runs. With another
 * executable it was replaced; with the same, on_thread_begin() sees whether it was.
 */
void on_process_begin(struct model *model, const struct thrum_event_process_begin *event)
{
    struct process *process = map_get(&model->by_pid, (uint32_t)event->common.pid);
    if (process && *process->executable && strcmp(process->executable, event->executable)) {
        process_end(model, process);
        process = NULL;
    }
    bool known = process;
    if (!process) {
        process = process_new(model, event->common.pid);
        process->begin_ns = model->now;
    }
    if (!*process->executable) {
        free(process->executable);
        process->executable = memory_text(event->executable);
    }
    process->ppid = event->ppid;
    if (!known)
        TELL(model, process_begun, process);
}

void on_process_end(struct thread *thread, const struct thrum_event_process_end *event)
{
    (void)event;
    thread->process->exiting = true;
}

/* A thread of the parent with the same handle: it forked, and lives on in the child under another id. */
static void find_fork(struct process *child, struct thread *thread)
{
    struct process *parent = map_get(&child->model->by_pid, (uint32_t)child->ppid);
    struct thread *forked = parent && parent != child && thread->handle ? thread_by_handle(parent, thread->handle) : NULL;
    if (!forked || strcmp(parent->executable, child->executable))
        return;
    child->forked_from = process_ref(parent);
    child->handlers |= parent->handlers;
    if (child->begin_ns == MODEL_UNKNOWN_NS) /* it was first seen in a fork handler */
        child->begin_ns = child->model->now;
    hold_inherit(thread, forked);
}

/* A thread that nobody was seen to spawn: a process's first, or one made otherwise. */
static void begin_unspawned(struct model *model, const struct thrum_event_thread_begin *event)
{
    struct process *process = process_get(model, event->common.pid);
    struct thread *thread = map_get(&process->maps->by_tid, (uint32_t)event->common.tid);
    bool first = event->common.tid == event->common.pid;

    if (thread && first && thread->begin_ns != MODEL_UNKNOWN_NS) { /* it begins again: exec, or another process */
        struct thrum_event_process_begin again = {event->common, process->ppid, memory_text(process->executable)};
        process_end(model, process);
        on_process_begin(model, &again);
        free((char *)again.executable);
        process = process_get(model, event->common.pid);
        thread = NULL;
    }
    bool known = thread && thread->begin_ns == MODEL_UNKNOWN_NS;
    if (!known) {
        thread = thread_new(process);
        thread_set_tid(thread, event->common.tid);
    }
    thread->routine = event->routine;
    thread_set_handle(thread, event->handle);
    if (known)
        thread->begin_ns = model->now;
    else
        thread_run(thread, model->now);
    if (first && !process->forked_from)
        find_fork(process, thread);
}

void on_thread_begin(struct model *model, const struct thrum_event_thread_begin *event)
{
    struct process *process = process_get(model, event->common.pid);
    struct thread *thread = event->serial ? map_get(&process->maps->by_serial, event->serial) : NULL;
    if (!thread || thread->tid) {
        begin_unspawned(model, event);
        return;
    }
    if (thread->handle) /* its creation has returned already */
        map_remove(&process->maps->by_serial, event->serial);
    thread_set_tid(thread, event->common.tid);
    thread_set_handle(thread, event->handle);
    if (event->routine)
        thread->routine = event->routine;
    thread_run(thread, model->now);
}
