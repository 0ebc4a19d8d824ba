/* SPDX-License-Identifier: MIT */
/* Who holds what: acquires that succeed without blocking, releases, and holds that end otherwise. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include "model/model-inner.h"

static struct hold *find(const struct thread *thread, const struct object *object)
{
    for (uint32_t i = thread->held_count; i-- > 0;)
        if (thread->held[i].object == object)
            return &thread->held[i];
    return NULL;
}

const struct hold *thread_hold(const struct thread *thread, const struct object *object)
{
    return find(thread, object);
}

/* One permit or lock that any thread may give back: that it has a holder is only how it is used so far. */
static bool any_may_release(const struct object *object)
{
    return object->kind == THRUM_kind_semaphore || object->kind == THRUM_kind_lock;
}

static bool can_be_held(const struct object *object)
{
    return object_is_lock(object) || (any_may_release(object) && !object->signals) ||
           object->kind == THRUM_kind_unknown;
}

static struct hold *push(struct thread *thread, struct object *object)
{
    thread->held = memory_grow32(thread->held, thread->held_count + 1, &thread->held_capacity, sizeof *thread->held);
    object->holders = memory_grow32(object->holders, object->holder_count + 1, &object->holder_capacity,
                                    sizeof *object->holders);
    struct hold *hold = &thread->held[thread->held_count++];
    *hold = (struct hold){.object = object, .holder_index = object->holder_count};
    object->holders[object->holder_count++] = thread;
    return hold;
}

/* Takes out a hold; the thread too, where the model dropped it and this was its last. */
static void remove_hold(struct thread *thread, struct hold *hold)
{
    struct object *object = hold->object;
    struct thread *last = object->holders[--object->holder_count];
    if (last != thread) {
        object->holders[hold->holder_index] = last;
        find(last, object)->holder_index = hold->holder_index;
    }
    uint32_t after = (uint32_t)(&thread->held[--thread->held_count] - hold);
    if (after)
        memmove(hold, hold + 1, after * sizeof *hold);
    if (thread->dropped && !thread->held_count)
        thread_unref(thread);
}

void hold_drop(struct thread *thread, struct object *object, enum drop why)
{
    struct hold *hold = find(thread, object);
    if (!hold)
        return;
    struct hold was = *hold;
    thread_ref(thread);
    remove_hold(thread, hold);
    TELL(object->process->model, dropped, thread, &was, why);
    thread_unref(thread);
}

void hold_drop_all(struct object *object, enum drop why)
{
    while (object->holder_count)
        hold_drop(object->holders[object->holder_count - 1], object, why);
}

/* It isn't used as a lock, and wasn't from its beginning. */
static void becomes_signal(struct object *object)
{
    hold_drop_all(object, DROP_signals);
    object->signals = true;
    TELL(object->process->model, object_signals, object);
}

static bool excludes(unsigned mode)
{
    return mode != THRUM_mode_shared;
}

/* Makes the model agree with an acquire that the holders it knows would not have let through. */
static void settle(const struct acquisition *how_got)
{
    struct object *object = how_got->object;
    if (any_may_release(object) && !(object->born && object->value > 1)) {
        if (object->holder_count) /* somebody that wasn't seen gave it back, or there is more than one to get */
            becomes_signal(object);
        return;
    }
    if (any_may_release(object))
        return;
    for (uint32_t i = object->holder_count; i-- > 0;) {
        struct thread *holder = object->holders[i];
        if (holder != how_got->thread && (excludes(how_got->mode) || excludes(find(holder, object)->mode)))
            hold_drop(holder, object, how_got->owner_died ? DROP_owner_died : DROP_taken);
    }
}

/* NULL where it isn't known. */
static const struct stack *told_stack(const struct acquisition *how_got)
{
    const struct thread *thread = how_got->thread;
    bool meant = thread->told_object == how_got->object->address && thread->told_site == how_got->site;
    return meant ? thread->told : NULL;
}

void hold_take(struct acquisition *how_got)
{
    struct thread *thread = how_got->thread;
    struct object *object = how_got->object;
    struct hold *hold = NULL;

    object->acquires++;
    if (object->holder_count)
        settle(how_got);
    if (can_be_held(object)) {
        hold = find(thread, object);
        if (!hold) {
            hold = push(thread, object);
            hold->mode = how_got->mode;
            hold->how = how_got->how;
            hold->site = how_got->site;
            hold->stack = how_got->blocked ? how_got->blocked->stack : told_stack(how_got);
            hold->since_ns = object->process->model->now;
        } else if (excludes(how_got->mode))
            hold->mode = how_got->mode;
        hold->depth++;
    }
    how_got->hold = hold;
    over_got(thread, object);
    TELL(object->process->model, acquired, how_got);
}

void hold_release(struct thread *thread, struct object *object, uint64_t site)
{
    struct model *model = object->process->model;
    struct hold *hold = find(thread, object);
    waker_set(&object->last_release, thread, model->now, site);
    if (hold) {
        struct hold was = *hold;
        was.depth = --hold->depth;
        object->proven_lock = true;
        if (!hold->depth)
            remove_hold(thread, hold);
        TELL(model, released, thread, &was, site);
    } else {
        /* One that was taken before the trace began may be given back in it by anyone. */
        bool seen = object->born || object->acquires;
        if (any_may_release(object) && seen && !object->signals)
            becomes_signal(object);
        TELL(model, posted, thread, object, site);
    }
    if (object->kind == THRUM_kind_semaphore)
        wakes_post(object, &object->last_release);
}

void hold_inherit(struct thread *child, const struct thread *forked)
{
    struct process *process = child->process;
    for (uint32_t i = 0; i < forked->held_count; i++) {
        const struct hold *origin = &forked->held[i];
        const struct object *held = origin->object;
        if (map_get(&process->maps->given_early, held->address) || held->shared || held->kind == THRUM_kind_file_lock)
            continue;
        struct object *object = object_get(process, origin->object->kind, origin->object->address);
        if (find(child, object))
            continue;
        uint32_t place = object->holder_count;
        struct hold *hold = push(child, object);
        *hold = *origin;
        hold->object = object;
        hold->holder_index = place;
    }
    map_free(&process->maps->given_early);
}

void on_acquire(struct thread *thread, const struct thrum_event_acquire *event)
{
    struct object *object = object_get(thread->process, event->kind, event->object);
    hold_take(&(struct acquisition){.thread = thread, .object = object, .mode = event->mode, .how = event->how,
                                    .site = event->site});
    thread->told = NULL;
}

void on_acquire_stack(struct thread *thread, const struct thrum_event_acquire_stack *event)
{
    thread->told = stacks_keep(&thread->process->model->stacks, &event->stack);
    thread->told_object = event->object;
    thread->told_site = event->site;
}

void on_acquire_fail(struct thread *thread, const struct thrum_event_acquire_fail *event)
{
    struct object *object = object_get(thread->process, event->kind, event->object);
    if (event->result == THRUM_result_EOWNERDEAD)
        hold_take(&(struct acquisition){.thread = thread, .object = object, .mode = event->mode, .how = event->how,
                                        .site = event->site, .owner_died = true});
    else
        TELL(thread->process->model, failed, thread, object, event->mode, event->how, event->result, event->site);
}

void on_held(struct thread *thread, const struct thrum_event_held *event)
{
    struct model *model = thread->process->model;
    struct object *object = object_get(thread->process, event->kind, event->object);
    if (find(thread, object) || object->holder_count || !can_be_held(object))
        return;
    struct hold *hold = push(thread, object);
    hold->mode = event->mode;
    hold->how = THRUM_how_block;
    hold->depth = event->count;
    hold->site = event->site;
    hold->since_ns = model->now - (int64_t)event->age;
    TELL(model, held, thread, hold);
}

void on_release(struct thread *thread, const struct thrum_event_release *event)
{
    struct process *process = thread->process;
    struct object *object = object_get(process, event->kind, event->object);
    if (process->begin_ns == MODEL_UNKNOWN_NS && !find(thread, object)) /* perhaps in a fork handler of the child */
        map_put(&process->maps->given_early, event->object, object);
    hold_release(thread, object, event->site);
}
