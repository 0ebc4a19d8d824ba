/* SPDX-License-Identifier: MIT */
/* Objects: made, named, destroyed, and another at the same address. */
#include "config.h"

#include <stdlib.h>
#include "trace/model-inner.h"

struct object *object_ref(struct object *object)
{
    object->references++;
    return object;
}

void object_unref(struct object *object)
{
    if (!object || --object->references)
        return;
    TELL(object->process->model, object_freed, object);
    waker_clear(&object->last_release);
    wakes_free(object);
    thread_unref(object->thread);
    process_unref(object->process);
    free(object->name);
    free(object->holders);
    free(object->waiters);
    free(object);
}

static struct object *object_new(struct process *process, unsigned kind, uint64_t address)
{
    struct model *model = process->model;
    struct object *object = memory_new(1, sizeof *object + model->observer_count * sizeof(void *));
    object->slots = (void **)(object + 1);
    object->references = 1;
    object->id = model->next_object_id++;
    object->process = process_ref(process);
    object->address = address;
    object->kind = kind;
    object->birth_ns = model->now;
    map_put(&process->maps->objects[kind], address, object);
    if (kind != THRUM_kind_thread)
        model->totals.objects++;
    return object;
}

/* What was there at a fork is there in the child too, as a copy. */
static void inherit_birth(struct object *object)
{
    struct process *process = object->process->forked_from;
    struct object *origin = NULL;
    for (; process && !origin; process = process->forked_from)
        origin = map_get(&process->maps->objects[object->kind], object->address);
    if (!origin || origin->birth_ns > object->process->begin_ns)
        return;
    object->type = origin->type;
    object->protocol = origin->protocol;
    object->robust = origin->robust;
    object->shared = origin->shared;
    object->born = origin->born;
    object->value = origin->value;
    object->name = origin->name ? memory_text(origin->name) : NULL;
    object->birth_site = origin->birth_site;
    object->birth_stack = origin->birth_stack;
    object->birth_ns = origin->birth_ns;
    object->signals = origin->signals;
    object->acquires = origin->acquires;
}

struct object *object_get(struct process *process, unsigned kind, uint64_t address)
{
    if (kind >= MODEL_KINDS)
        kind = THRUM_kind_unknown;
    struct object *object = map_get(&process->maps->objects[kind], address);
    if (object)
        return object;
    object = object_new(process, kind, address);
    if (kind == THRUM_kind_thread) {
        struct thread *thread = thread_by_handle(process, address);
        object->thread = thread ? thread_ref(thread) : NULL;
    } else if (process->forked_from)
        inherit_birth(object);
    TELL(process->model, object_born, object);
    return object;
}

struct object *object_mutex(struct thread *thread, uint64_t address)
{
    if (!address)
        return NULL;
    for (uint32_t i = thread->held_count; i-- > 0;)
        if (thread->held[i].object->address == address)
            return thread->held[i].object;
    return object_get(thread->process, THRUM_kind_mutex, address);
}

void object_destroy(struct object *object)
{
    struct model *model = object->process->model;
    hold_drop_all(object, DROP_destroyed);
    object->destroyed = true;
    map_remove(&object->process->maps->objects[object->kind], object->address);
    TELL(model, object_destroyed, object);
    object_unref(object);
}

static void destroy_at(struct process *process, unsigned kind, uint64_t address)
{
    struct object *object = map_get(&process->maps->objects[kind < MODEL_KINDS ? kind : 0], address);
    if (object)
        object_destroy(object);
}

void on_object_init(struct thread *thread, const struct thrum_event_object_init *event)
{
    struct process *process = thread->process;
    unsigned kind = event->kind < MODEL_KINDS ? event->kind : THRUM_kind_unknown;
    destroy_at(process, kind, event->object);
    struct object *object = object_new(process, kind, event->object);
    object->born = true;
    object->type = event->type;
    object->protocol = event->protocol;
    object->robust = event->robust;
    object->shared = event->shared;
    object->value = event->value;
    object->birth_site = event->site;
    object->birth_stack = stacks_keep(&process->model->stacks, &event->stack);
    TELL(process->model, object_born, object);
}

void on_object_destroy(struct thread *thread, const struct thrum_event_object_destroy *event)
{
    /* Of no kind: the memory ended, and all that lived at that address. */
    unsigned first = event->kind, last = event->kind;

    if (event->kind == THRUM_kind_unknown)
        first = 0, last = MODEL_KINDS - 1;
    for (unsigned kind = first; kind <= last; kind++)
        if (kind != THRUM_kind_thread)
            destroy_at(thread->process, kind, event->object);
}

void on_object_name(struct thread *thread, const struct thrum_event_object_name *event)
{
    struct object *object = object_get(thread->process, event->kind, event->object);
    free(object->name);
    object->name = memory_text(event->name);
    TELL(thread->process->model, object_named, object);
}

/* Who gives it back needn't be who got it. */
static bool any_may_release(const struct object *object)
{
    return object->kind == THRUM_kind_semaphore || object->kind == THRUM_kind_lock;
}

bool object_is_lock(const struct object *object)
{
    switch (object->kind) {
    case THRUM_kind_mutex:
    case THRUM_kind_rwlock:
    case THRUM_kind_spinlock:
    case THRUM_kind_rlock:
    case THRUM_kind_file_lock:
    case THRUM_kind_once:
        return true;
    default:
        return any_may_release(object) && !object->signals && object->value <= 1;
    }
}
