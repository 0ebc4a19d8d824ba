/* SPDX-License-Identifier: MIT */
/* Threads that block: for an acquire, or in a wait. */
#include "config.h"

#include "model/model-inner.h"

static void leave_waiters(struct thread *thread)
{
    struct object *object = thread->blocked.object;
    struct thread *last = object->waiters[--object->waiter_count];
    object->waiters[thread->blocked.waiter_index] = last;
    last->blocked.waiter_index = thread->blocked.waiter_index;
}

/* Ends the block; what it was keeps its references, for who calls to give back. */
static struct blocked block_end(struct thread *thread)
{
    struct blocked was = thread->blocked;
    leave_waiters(thread);
    thread->blocked = (struct blocked){0};
    return was;
}

static void blocked_unref(struct blocked *was)
{
    object_unref(was->object);
    object_unref(was->mutex);
}

void blocked_clear(struct thread *thread)
{
    if (thread->blocked.what == BLOCKING_no)
        return;
    struct blocked was = block_end(thread);
    blocked_unref(&was);
}

/* A second block inside the first, from a signal handler, or an end that isn't in the trace: the first is over. */
static void interrupt_block(struct thread *thread)
{
    struct blocked was = block_end(thread);
    TELL(thread->process->model, unblocked, thread, &was, THRUM_result_EINTR, (struct waker){0});
    blocked_unref(&was);
}

static void block_begin(struct thread *thread, struct blocked blocked)
{
    struct object *object = object_ref(blocked.object);
    if (blocked.mutex)
        object_ref(blocked.mutex);
    object->waiters = memory_grow32(object->waiters, object->waiter_count + 1, &object->waiter_capacity,
                                    sizeof *object->waiters);
    blocked.waiter_index = object->waiter_count;
    object->waiters[object->waiter_count++] = thread;
    blocked.since_ns = thread->process->model->now;
    thread->blocked = blocked;
    TELL(thread->process->model, blocked, thread);
}

void on_acquire_begin(struct thread *thread, const struct thrum_event_acquire_begin *event)
{
    struct process *process = thread->process;
    if (thread->blocked.what != BLOCKING_no)
        interrupt_block(thread);
    block_begin(thread, (struct blocked){
                            .what = BLOCKING_acquire,
                            .object = object_get(process, event->kind, event->object),
                            .mode = event->mode,
                            .how = event->timeout < 0 ? event->how : THRUM_how_timed,
                            .timeout_ns = event->timeout,
                            .site = event->site,
                            .stack = stacks_keep(&process->model->stacks, &event->stack),
                        });
}

/* By address: while it was blocked, another object can have come to live there. */
static bool blocked_for(const struct thread *thread, enum blocking what, unsigned kind, uint64_t address)
{
    const struct blocked *blocked = &thread->blocked;
    return blocked->what == what && blocked->object->address == address && blocked->object->kind == kind;
}

static bool is_got(unsigned result)
{
    return result == THRUM_result_ok || result == THRUM_result_EOWNERDEAD;
}

void on_acquire_end(struct thread *thread, const struct thrum_event_acquire_end *event)
{
    struct model *model = thread->process->model;
    struct object *object = object_get(thread->process, event->kind, event->object);
    struct blocked was = {0};
    struct waker waker = {0};
    if (blocked_for(thread, BLOCKING_acquire, event->kind, event->object)) {
        was = block_end(thread);
        if (is_got(event->result))
            wakes_end(thread, &was, &waker);
        TELL(model, unblocked, thread, &was, event->result, waker);
    }
    if (is_got(event->result))
        hold_take(&(struct acquisition){.thread = thread, .object = object, .mode = event->mode, .how = event->how,
                                        .site = event->site, .blocked = was.object ? &was : NULL, .waker = waker,
                                        .owner_died = event->result == THRUM_result_EOWNERDEAD});
    else if (!was.object)
        TELL(model, failed, thread, object, event->mode, event->how, event->result, event->site);
    waker_clear(&waker);
    blocked_unref(&was);
}

void on_wait_begin(struct thread *thread, const struct thrum_event_wait_begin *event)
{
    struct process *process = thread->process;
    struct object *mutex = object_mutex(thread, event->mutex);
    if (thread->blocked.what != BLOCKING_no)
        interrupt_block(thread);
    if (mutex)
        hold_release(thread, mutex, event->site);
    block_begin(thread, (struct blocked){
                            .what = BLOCKING_wait,
                            .object = object_get(process, event->kind, event->object),
                            .mode = THRUM_mode_unknown,
                            .how = event->timeout < 0 ? THRUM_how_block : THRUM_how_timed,
                            .timeout_ns = event->timeout,
                            .mutex = mutex,
                            .site = event->site,
                            .stack = stacks_keep(&process->model->stacks, &event->stack),
                        });
}

/* The waiter has its mutex back, whatever the wait's result, unless the mutex is lost for good or (EPERM) wasn't its own. */
static void take_back(struct thread *thread, struct object *mutex, const struct thrum_event_wait_end *event)
{
    if (event->result == THRUM_result_ENOTRECOVERABLE || event->result == THRUM_result_EPERM)
        return;
    hold_take(&(struct acquisition){.thread = thread, .object = mutex, .mode = THRUM_mode_exclusive,
                                    .how = THRUM_how_block, .site = event->site, .back = true,
                                    .owner_died = event->result == THRUM_result_EOWNERDEAD});
}

static void end_join(struct thread *joiner, struct object *object)
{
    if (object->thread)
        thread_joined(joiner, object->thread);
    if (!object->destroyed)
        object_destroy(object);
}

void on_wait_end(struct thread *thread, const struct thrum_event_wait_end *event)
{
    struct model *model = thread->process->model;
    struct blocked was = {0};
    struct waker waker = {0};
    if (blocked_for(thread, BLOCKING_wait, event->kind, event->object)) {
        was = block_end(thread);
        if (is_got(event->result))
            wakes_end(thread, &was, &waker);
        TELL(model, unblocked, thread, &was, event->result, waker);
        waker_clear(&waker);
    } else
        was.object = object_ref(object_get(thread->process, event->kind, event->object));
    struct object *mutex = was.mutex ? was.mutex : object_mutex(thread, event->mutex);
    if (mutex)
        take_back(thread, mutex, event);
    if (was.object->kind == THRUM_kind_thread && event->result == THRUM_result_ok)
        end_join(thread, was.object);
    blocked_unref(&was);
}
