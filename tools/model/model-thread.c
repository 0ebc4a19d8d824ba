/* SPDX-License-Identifier: MIT */
/* Threads: spawned, begun, named, ended, joined, forgotten. */
#include "config.h"

#include <stdlib.h>
#include "model/model-inner.h"

struct thread *thread_ref(struct thread *thread)
{
    thread->references++;
    return thread;
}

void thread_unref(struct thread *thread)
{
    if (!thread || --thread->references)
        return;
    TELL(thread->process->model, thread_freed, thread);
    thread_unref(thread->parent);
    process_unref(thread->process);
    free(thread->name);
    free(thread->held);
    free(thread);
}

struct thread *thread_new(struct process *process)
{
    struct model *model = process->model;
    struct thread *thread = memory_new(1, sizeof *thread + model->observer_count * sizeof(void *));
    thread->slots = (void **)(thread + 1);
    thread->references = 1;
    thread->id = model->next_thread_id++;
    thread->process = process_ref(process);
    thread->number = ++process->thread_count;
    thread->spawn_ns = thread->begin_ns = thread->end_ns = MODEL_UNKNOWN_NS;
    thread->next_thread = process->threads;
    if (process->threads)
        process->threads->previous_thread = thread;
    process->threads = thread;
    return thread;
}

void thread_set_tid(struct thread *thread, int32_t tid)
{
    struct map *by_tid = &thread->process->maps->by_tid;
    struct thread *old = map_get(by_tid, (uint32_t)tid);
    if (old && old != thread)
        thread_forget(old);
    thread->tid = tid;
    thread->main = tid == thread->process->pid;
    map_put(by_tid, (uint32_t)tid, thread);
}

void thread_set_handle(struct thread *thread, uint64_t handle)
{
    if (!handle || thread->handle == handle)
        return;
    struct process_maps *maps = thread->process->maps;
    struct object *old = map_get(&maps->objects[THRUM_kind_thread], handle);
    if (old) /* it stood for the thread that had the handle before */
        object_destroy(old);
    struct thread *last = thread_by_handle(thread->process, handle);
    if (last && last->ended) /* and it was joined, or the handle would not be free */
        thread_forget(last);
    thread->handle = handle;
    map_put(&maps->by_handle, handle, thread);
}

void thread_run(struct thread *thread, int64_t begin_ns)
{
    struct model *model = thread->process->model;
    thread->begin_ns = begin_ns;
    model->totals.threads++;
    TELL(model, thread_begun, thread);
}

struct thread *thread_get(struct model *model, int32_t pid, int32_t tid)
{
    struct thread *last = model->last_thread;
    if (last && last->tid == tid && last->process->pid == pid)
        return last;
    struct process *process = process_get(model, pid);
    struct thread *thread = map_get(&process->maps->by_tid, (uint32_t)tid);
    if (!thread) {
        thread = thread_new(process);
        thread_set_tid(thread, tid);
        thread_run(thread, MODEL_UNKNOWN_NS);
    }
    model->last_thread = thread;
    return thread;
}

struct thread *thread_by_handle(const struct process *process, uint64_t handle)
{
    return map_get(&process->maps->by_handle, handle);
}

static void take_out(struct map *map, uint64_t key, const struct thread *thread)
{
    if (map_get(map, key) == thread)
        map_remove(map, key);
}

void thread_forget(struct thread *thread)
{
    struct process *process = thread->process;
    if (thread->dropped)
        return;
    thread->dropped = true;
    if (process->model->last_thread == thread)
        process->model->last_thread = NULL;
    take_out(&process->maps->by_tid, (uint32_t)thread->tid, thread);
    take_out(&process->maps->by_handle, thread->handle, thread);
    take_out(&process->maps->by_serial, thread->serial, thread);
    if (thread->previous_thread)
        thread->previous_thread->next_thread = thread->next_thread;
    else
        process->threads = thread->next_thread;
    if (thread->next_thread)
        thread->next_thread->previous_thread = thread->previous_thread;
    thread->next_thread = thread->previous_thread = NULL;
    blocked_clear(thread);
    if (!thread->held_count) /* else with its last hold: object->holders refers to it */
        thread_unref(thread);
}

void thread_joined(struct thread *joiner, struct thread *joined)
{
    struct model *model = joiner->process->model;
    if (joined->joined || joined == joiner)
        return;
    joined->joined = true;
    thread_ref(joined);
    if (!joined->ended) {
        joined->ended = true;
        joined->end_ns = model->now;
        TELL(model, thread_ended, joined);
    }
    TELL(model, thread_joined, joiner, joined);
    thread_forget(joined);
    thread_unref(joined);
}

/* Nobody will join it: it is forgotten when as many others have ended since. */
static void remember_ended(struct thread *thread)
{
    struct model *model = thread->process->model;
    struct thread **place = &model->ended[model->ended_next++ % ENDED_KEPT];
    if (*place) {
        thread_forget(*place);
        thread_unref(*place);
    }
    *place = thread_ref(thread);
}

void on_spawn(struct thread *parent, const struct thrum_event_spawn *event)
{
    struct process *process = parent->process;
    struct thread *thread = thread_new(process);
    thread->parent = thread_ref(parent);
    thread->serial = event->serial;
    thread->routine = event->routine;
    thread->spawn_site = event->site;
    thread->spawn_ns = thread->process->model->now;
    thread->spawn_stack = stacks_keep(&process->model->stacks, &event->stack);
    struct thread *lost = map_get(&process->maps->by_serial, event->serial);
    if (lost)
        thread_forget(lost);
    map_put(&process->maps->by_serial, event->serial, thread);
    TELL(process->model, thread_spawned, thread);
}

void on_spawn_end(struct thread *parent, const struct thrum_event_spawn_end *event)
{
    struct process *process = parent->process;
    struct thread *thread = map_get(&process->maps->by_serial, event->serial);
    if (!thread)
        return;
    if (event->result != THRUM_result_ok) {
        thread_forget(thread);
        return;
    }
    if (thread->tid) /* it has begun, and told its handle */
        map_remove(&process->maps->by_serial, event->serial);
    else
        thread_set_handle(thread, event->handle);
}

void on_thread_end(struct thread *thread, const struct thrum_event_thread_end *event)
{
    struct model *model = thread->process->model;
    thread_set_handle(thread, event->handle);
    if (thread->ended)
        return;
    thread->ended = true;
    thread->end_ns = model->now;
    TELL(model, thread_ended, thread);
    if (thread->detached)
        remember_ended(thread);
}

void on_thread_name(struct thread *caller, const struct thrum_event_thread_name *event)
{
    struct thread *thread = thread_by_handle(caller->process, event->handle);
    if (!thread && !caller->handle) { /* since before the trace, so its handle isn't known: most name themselves */
        thread = caller;
        thread_set_handle(caller, event->handle);
    }
    if (!thread)
        return;
    free(thread->name);
    thread->name = memory_text(event->name);
    TELL(caller->process->model, thread_named, thread);
}

void on_thread_detach(struct thread *caller, const struct thrum_event_thread_detach *event)
{
    struct thread *thread = thread_by_handle(caller->process, event->handle);
    if (!thread || thread->detached)
        return;
    thread->detached = true;
    if (thread->ended)
        remember_ended(thread);
}
