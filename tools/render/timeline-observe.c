/* SPDX-License-Identifier: MIT */
/* Watches the model and fills the timeline's tables. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include "render/timeline-inner.h"

static void on_event(void *self, const struct trace_event *event)
{
    struct timeline *timeline = self;
    if (timeline->begin_ns == MODEL_UNKNOWN_NS)
        timeline->begin_ns = event->time_ns;
    timeline->last_ns = event->time_ns;
    if (event->id == THRUM_EVENT_module_load)
        timeline->modules++;
    void *process = map_get(&timeline->last, (uint32_t)event->record.common.pid);
    if (process)
        timeline->processes.at[(uintptr_t)process - 1].last_ns = event->time_ns;
}

/* Until the next thread is added. */
static struct timeline_thread *thread_at(struct timeline *timeline, int64_t now, const struct thread *thread)
{
    uint32_t place = timeline_thread(timeline, now, thread); /* may move the table */
    return &timeline->threads.at[place];
}

/* A new span, or NULL where its object is left out. */
static struct timeline_span *span_new(struct timeline *timeline, int64_t now, const struct thread *thread,
                                      const struct object *object, enum timeline_what what)
{
    uint32_t object_place = timeline_object(timeline, now, object);
    if (object_place == TIMELINE_NONE) {
        timeline->left_out_spans++;
        return NULL;
    }
    uint32_t thread_place = timeline_thread(timeline, now, thread);
    uint32_t place = TIMELINE_ADD(&timeline->spans);
    struct timeline_span *span = &timeline->spans.at[place];
    timeline->objects.at[object_place].lock = object_is_lock(object); /* as it has been used up to now */
    *span = (struct timeline_span){.end_ns = now, .thread = thread_place, .object = object_place, .what = (uint8_t)what};
    return span;
}

static struct timeline_span *span_of_hold(struct timeline *timeline, int64_t now, const struct thread *thread,
                                          const struct hold *hold)
{
    struct timeline_span *span = span_new(timeline, now, thread, hold->object,
                                          hold->mode == THRUM_mode_shared ? TIMELINE_shared : TIMELINE_hold);
    if (!span)
        return NULL;
    span->begin_ns = hold->since_ns;
    span->site = timeline_site(timeline, now, thread->process, hold->site);
    span->stack = timeline_stack(timeline, now, thread->process, hold->stack);
    span->flags = hold->how == THRUM_how_try ? TIMELINE_TRY : 0;
    return span;
}

static void on_released(void *self, int64_t now, struct thread *thread, const struct hold *hold, uint64_t site)
{
    if (hold->depth)
        return;
    struct timeline_span *span = span_of_hold(self, now, thread, hold);
    if (span)
        span->end_site = timeline_site(self, now, thread->process, site);
}

static void on_dropped(void *self, int64_t now, struct thread *thread, const struct hold *hold, enum drop why)
{
    if (why == DROP_signals)
        return;
    struct timeline_span *span = span_of_hold(self, now, thread, hold);
    if (span)
        span->flags |= TIMELINE_UNSEEN;
}

/* Python and others try before they wait, in one call: that is one wait, and no try that failed. */
static void forget_try(struct timeline *timeline, const struct timeline_span *wait)
{
    struct timeline_thread *thread = &timeline->threads.at[wait->thread];
    if (thread->tried == TIMELINE_NONE)
        return;
    struct timeline_mark *mark = &timeline->marks.at[thread->tried];
    if (mark->object == wait->object && mark->site == wait->site && mark->time_ns <= wait->begin_ns)
        mark->what = TIMELINE_part_of_wait;
    thread->tried = TIMELINE_NONE;
}

static struct timeline_span *span_of_wait(struct timeline *timeline, int64_t now, const struct thread *thread,
                                          const struct blocked *blocked)
{
    struct timeline_span *span = span_new(timeline, now, thread, blocked->object,
                                          blocked->what == BLOCKING_acquire ? TIMELINE_acquire : TIMELINE_wait);
    if (!span)
        return NULL;
    span->begin_ns = blocked->since_ns;
    span->site = timeline_site(timeline, now, thread->process, blocked->site);
    span->stack = timeline_stack(timeline, now, thread->process, blocked->stack);
    span->flags = blocked->timeout_ns < 0 ? 0 : TIMELINE_TIMED;
    forget_try(timeline, span);
    return span;
}

static enum timeline_how how_of(const struct blocked *blocked)
{
    if (blocked->object->kind == THRUM_kind_thread)
        return TIMELINE_ended;
    return blocked->what == BLOCKING_acquire ? TIMELINE_released : TIMELINE_woke;
}

static void on_unblocked(void *self, int64_t now, struct thread *thread, const struct blocked *blocked,
                         enum thrum_result result, struct waker waker)
{
    struct timeline *timeline = self;
    struct timeline_span *span = span_of_wait(timeline, now, thread, blocked);
    if (!span)
        return;
    span->result = (uint8_t)result;
    if (!waker.thread)
        return;
    struct timeline_arrow arrow = {
        .span = (uint32_t)(timeline->spans.count - 1),
        .from = timeline_thread(timeline, now, waker.thread),
        .site = timeline_site(timeline, now, waker.thread->process, waker.site),
        .how = (uint8_t)how_of(blocked),
        .time_ns = waker.time_ns,
    };
    uint32_t place = TIMELINE_ADD(&timeline->arrows);
    timeline->arrows.at[place] = arrow;
}

static void mark_new(struct timeline *timeline, int64_t now, const struct thread *thread, uint32_t object,
                     enum timeline_moment what, uint64_t site)
{
    struct timeline_mark mark = {
        .time_ns = now,
        .thread = timeline_thread(timeline, now, thread),
        .object = object,
        .other = TIMELINE_NONE,
        .site = timeline_site(timeline, now, thread->process, site),
        .what = (uint8_t)what,
    };
    uint32_t place = TIMELINE_ADD(&timeline->marks);
    timeline->marks.at[place] = mark;
}

static void on_failed(void *self, int64_t now, struct thread *thread, struct object *object, enum thrum_mode mode,
                      enum thrum_how how, enum thrum_result result, uint64_t site)
{
    (void)mode, (void)how, (void)result;
    struct timeline *timeline = self;
    uint32_t place = timeline_object(timeline, now, object);
    /* Python's conditions ask in this way whether their lock is held. */
    bool asks = object->kind == THRUM_kind_semaphore && thread_hold(thread, object);
    if (place == TIMELINE_NONE || asks)
        return;
    mark_new(timeline, now, thread, place, TIMELINE_try_failed, site);
    thread_at(timeline, now, thread)->tried = (uint32_t)(timeline->marks.count - 1);
}

static void on_interrupt_sent(void *self, int64_t now, struct thread *thread,
                              const struct thrum_event_interrupt_send *event)
{
    int signal = event->means == THRUM_means_cancel ? TIMELINE_CANCELLATION : event->signal;
    mark_new(self, now, thread, timeline_signal(self, thread->process, signal), TIMELINE_interrupt_sent, event->site);
}

static const struct stack *stack_of(struct timeline *timeline, const struct thrum_addrs *addresses)
{
    return stacks_keep(&timeline->stack_set, addresses);
}

static void on_ordered(void *self, int64_t now, struct thread *thread, struct object *held, struct object *wanted,
                       const struct thrum_event_order_edge *event)
{
    struct timeline *timeline = self;
    uint32_t object = timeline_object(timeline, now, wanted), other = timeline_object(timeline, now, held);
    if (object == TIMELINE_NONE || other == TIMELINE_NONE)
        return;
    mark_new(timeline, now, thread, object, TIMELINE_first_order, event->wanted_stack.count ? event->wanted_stack.at[0] : 0);
    timeline->marks.at[timeline->marks.count - 1].other = other;
}

static void on_told(void *self, int64_t now, struct thread *thread, const struct thrum_event_finding *event)
{
    struct timeline *timeline = self;
    struct timeline_told told = {
        .id = memory_text(event->id), .finding = memory_text(event->finding), .certainty = memory_text(event->certainty),
        .message = memory_text(event->message), .time_ns = now,
        .thread = timeline_thread(timeline, now, thread),
        .site = timeline_site(timeline, now, thread->process, event->stack.count ? event->stack.at[0] : 0),
        .stack = timeline_stack(timeline, now, thread->process, stack_of(timeline, &event->stack)),
    };
    uint32_t place = TIMELINE_ADD(&timeline->told);
    timeline->told.at[place] = told;
}

/* Handlers nest: until it is left, a handler's span is open, and its end_site names the one that it interrupted. */
static void on_interrupt_begun(void *self, int64_t now, struct thread *thread,
                               const struct thrum_event_interrupt_begin *event)
{
    struct timeline *timeline = self;
    struct timeline_span span = {
        .begin_ns = now,
        .end_ns = now,
        .thread = timeline_thread(timeline, now, thread),
        .object = timeline_signal(timeline, thread->process, event->signal),
        .site = timeline_function(timeline, now, thread->process, event->site),
        .what = TIMELINE_handler,
        .flags = TIMELINE_OPEN,
    };
    struct timeline_thread *it = &timeline->threads.at[span.thread];
    span.end_site = it->handler;
    it->handler = TIMELINE_ADD(&timeline->spans);
    timeline->spans.at[it->handler] = span;
}

static void handler_end(struct timeline *timeline, struct timeline_thread *thread, int64_t now, uint8_t flags)
{
    struct timeline_span *span = &timeline->spans.at[thread->handler];
    thread->handler = span->end_site;
    span->end_site = 0;
    span->end_ns = now;
    span->flags = flags;
}

static void on_interrupt_ended(void *self, int64_t now, struct thread *thread,
                               const struct thrum_event_interrupt_end *event)
{
    struct timeline *timeline = self;
    struct timeline_thread *it = thread_at(timeline, now, thread);
    (void)event;
    if (it->handler != TIMELINE_NONE)
        handler_end(timeline, it, now, 0);
}

/* --- threads and what they are called --- */
static void on_thread_begun(void *self, int64_t now, struct thread *thread)
{
    struct timeline *timeline = self;
    struct timeline_thread *it = thread_at(timeline, now, thread);
    it->tid = thread->tid; /* somebody may have joined it before it began */
    it->main = thread->main;
    if (!it->routine)
        timeline_routine(timeline, it, now, thread);
    if (!it->before)
        it->begin_ns = now;
}

static void rename_text(char **name, const char *text)
{
    free(*name);
    *name = text && *text ? memory_text(text) : NULL;
}

static void on_thread_named(void *self, int64_t now, struct thread *thread)
{
    struct timeline *timeline = self;
    rename_text(&thread_at(timeline, now, thread)->name, thread->name);
}

static void on_thread_ended(void *self, int64_t now, struct thread *thread)
{
    struct timeline *timeline = self;
    struct timeline_thread *it = thread_at(timeline, now, thread);
    it->end_ns = now;
    it->open = false;
}

static void on_object_named(void *self, int64_t now, struct object *object)
{
    struct timeline *timeline = self;
    uint32_t place = timeline_object(timeline, now, object);
    if (place != TIMELINE_NONE && object->name)
        rename_text(&timeline->objects.at[place].name, object->name);
}

/* --- what is not over --- */
static void leave_open(struct timeline *timeline, int64_t now, struct thread *thread, uint8_t flags)
{
    if (thread->blocked.what != BLOCKING_no) {
        struct timeline_span *span = span_of_wait(timeline, now, thread, &thread->blocked);
        if (span) {
            span->flags |= flags;
            timeline->threads.at[span->thread].blocked = (uint32_t)(span - timeline->spans.at);
        }
    }
    struct timeline_thread *it = thread_at(timeline, now, thread);
    while (it->handler != TIMELINE_NONE)
        handler_end(timeline, it, now, flags);
}

static void on_process_begun(void *self, int64_t now, struct process *process)
{
    (void)now;
    timeline_process(self, process);
}

/* The model drops what its threads hold; what they wait for would be forgotten. */
static void on_process_ended(void *self, int64_t now, struct process *process)
{
    struct timeline *timeline = self;
    for (struct thread *thread = process->threads; thread; thread = thread->next_thread)
        leave_open(timeline, now, thread, TIMELINE_UNSEEN);
    timeline_process_at(timeline, process)->over = true;
}

static void on_finished(void *self, int64_t now)
{
    struct timeline *timeline = self;
    size_t count;
    struct process *const *processes = model_processes(timeline->model, &count);
    for (size_t i = 0; i < count; i++)
        for (struct thread *thread = processes[i]->threads; thread; thread = thread->next_thread) {
            leave_open(timeline, now, thread, TIMELINE_OPEN);
            for (uint32_t j = 0; j < thread->held_count; j++) {
                struct timeline_span *span = span_of_hold(timeline, now, thread, &thread->held[j]);
                if (span)
                    span->flags |= TIMELINE_OPEN;
            }
        }
}

const struct model_ops timeline_ops = {
    .event = on_event,
    .process_begun = on_process_begun,
    .process_ended = on_process_ended,
    .thread_begun = on_thread_begun,
    .thread_named = on_thread_named,
    .thread_ended = on_thread_ended,
    .object_named = on_object_named,
    .unblocked = on_unblocked,
    .failed = on_failed,
    .released = on_released,
    .dropped = on_dropped,
    .interrupt_sent = on_interrupt_sent,
    .interrupt_begun = on_interrupt_begun,
    .interrupt_ended = on_interrupt_ended,
    .ordered = on_ordered,
    .told = on_told,
    .finished = on_finished,
};
