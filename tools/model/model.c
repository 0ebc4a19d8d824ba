/* SPDX-License-Identifier: MIT */
/* The model as a whole: its observers, and which part takes which event. */
#include "config.h"
#include "model/model.h"

#include <stdlib.h>
#include <string.h>
#include "model/model-inner.h"

struct model *model_new(void)
{
    return memory_new(1, sizeof(struct model));
}

int model_subscribe(struct model *model, const struct model_ops *ops, void *self)
{
    model->observers = memory_grow(model->observers, model->observer_count + 1, &model->observer_capacity,
                                   sizeof *model->observers);
    model->observers[model->observer_count] = (struct observer){ops, self};
    return (int)model->observer_count++;
}

void model_unsubscribe(struct model *model, int slot)
{
    static const struct model_ops deaf;
    model->observers[slot] = (struct observer){&deaf, NULL};
}

static void on_interrupt(struct model *model, struct thread *thread, const struct trace_event *event)
{
    switch (event->id) {
    case THRUM_EVENT_interrupt_send:
        TELL(model, interrupt_sent, thread, &event->record.interrupt_send);
        break;
    case THRUM_EVENT_interrupt_begin:
        TELL(model, interrupt_begun, thread, &event->record.interrupt_begin);
        break;
    default:
        TELL(model, interrupt_ended, thread, &event->record.interrupt_end);
        break;
    }
}

static void on_interrupt_handler(struct process *process, const struct thrum_event_interrupt_handler *event)
{
    uint64_t bit = event->signal > 0 && event->signal <= 64 ? (uint64_t)1 << (event->signal - 1) : 0;
    process->handlers = event->handled ? process->handlers | bit : process->handlers & ~bit;
}

static void on_finding(struct thread *thread, const struct thrum_event_finding *event)
{
    if (strcmp(event->finding, "communication") == 0 && strcmp(event->certainty, "happened") == 0)
        thread->process->stands = true;
    TELL(thread->process->model, told, thread, event);
}

static void on_order_edge(struct thread *thread, const struct thrum_event_order_edge *event)
{
    struct object *held = object_get(thread->process, event->held_kind, event->held);
    struct object *wanted = object_get(thread->process, event->wanted_kind, event->wanted);
    TELL(thread->process->model, ordered, thread, held, wanted, event);
}

/* Events of what threads do; a thread not known yet is made up. */
static void feed_thread(struct model *model, const struct trace_event *event)
{
    const union thrum_event_record *record = &event->record;
    struct thread *thread = thread_get(model, record->common.pid, record->common.tid);

    switch (event->id) {
#define TAKE(name)                         \
    case THRUM_EVENT_##name:               \
        on_##name(thread, &record->name);  \
        break;
        TAKE(acquire)
        TAKE(release)
        TAKE(held)
        TAKE(acquire_begin)
        TAKE(acquire_end)
        TAKE(acquire_fail)
        TAKE(wait_begin)
        TAKE(wait_end)
        TAKE(wake)
        TAKE(object_init)
        TAKE(object_destroy)
        TAKE(object_name)
        TAKE(process_end)
        TAKE(spawn)
        TAKE(spawn_end)
        TAKE(thread_end)
        TAKE(thread_name)
        TAKE(thread_detach)
        TAKE(order_edge)
        TAKE(finding)
        TAKE(source_line)
        TAKE(acquire_stack)
#undef TAKE
    case THRUM_EVENT_interrupt_send:
    case THRUM_EVENT_interrupt_begin:
    case THRUM_EVENT_interrupt_end:
        on_interrupt(model, thread, event);
        break;
    case THRUM_EVENT_interrupt_handler:
        on_interrupt_handler(thread->process, &record->interrupt_handler);
        break;
    default:
        break;
    }
}

void model_feed(struct model *model, const struct trace_event *event)
{
    model->now = event->time_ns;
    if (!model->totals.events++)
        model->totals.begin_ns = event->time_ns;
    model->totals.end_ns = event->time_ns;
    for (struct observer *o = model->observers; o < model->observers + model->observer_count; o++)
        if (o->ops->event)
            o->ops->event(o->self, event);
    switch (event->id) {
    case THRUM_EVENT_process_begin: /* any thread may announce these, also one that isn't the program's */
        on_process_begin(model, &event->record.process_begin);
        break;
    case THRUM_EVENT_module_load:
        break;
    case THRUM_EVENT_process_fork:
        thread_get(model, event->record.common.pid, event->record.common.tid);
        break;
    case THRUM_EVENT_thread_begin:
        on_thread_begin(model, &event->record.thread_begin);
        break;
    default:
        feed_thread(model, event);
        break;
    }
}

void model_finish(struct model *model)
{
    if (model->finished)
        return;
    for (struct observer *o = model->observers; o < model->observers + model->observer_count; o++)
        if (o->ops->finished)
            o->ops->finished(o->self, model->now);
    model->finished = true;
}

void model_free(struct model *model)
{
    if (!model)
        return;
    model->closing = true;
    process_release_all(model);
    stacks_free(&model->stacks);
    free(model->observers);
    free(model);
}

const struct model_totals *model_totals(const struct model *model)
{
    return &model->totals;
}

struct process *const *model_processes(const struct model *model, size_t *count)
{
    *count = model->process_count;
    return model->processes;
}
