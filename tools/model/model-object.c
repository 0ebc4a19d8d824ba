/* SPDX-License-Identifier: MIT */
/* Objects: made, named, destroyed, and another at the same address. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include "model/model-inner.h"

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
    thread_unref(object->last_of);
    process_unref(object->process);
    free(object->name);
    free(object->holders);
    free(object->waiters);
    free(object);
}

char *object_label(const struct object *object, const char *word)
{
    return memory_format("%s %" PRIu64, word, object->id + 1);
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
    object->users = 1;
    if (kind == THRUM_kind_file_lock)
        map_put(&model->files, address, object);
    map_put(&process->maps->objects[kind], address, object);
    if (kind != THRUM_kind_thread)
        model->totals.objects++;
    return object;
}

/* What was there at the fork that made a process; NULL: nothing known. */
static struct object *find_origin(const struct process *child, unsigned kind, uint64_t address)
{
    struct object *origin = NULL;
    for (const struct process *process = child->forked_from; process && !origin; process = process->forked_from)
        origin = map_get(&process->maps->objects[kind], address);
    return origin && origin->birth_ns <= child->begin_ns ? origin : NULL;
}

/* The object that a process shares with others, which it now has too; NULL: it shares none. */
static struct object *adopt(struct process *process, unsigned kind, uint64_t address)
{
    struct object *object = kind == THRUM_kind_file_lock ? map_get(&process->model->files, address)
                                                         : find_origin(process, kind, address);
    if (!object || (kind != THRUM_kind_file_lock && !object->shared))
        return NULL;
    object->users++;
    map_put(&process->maps->objects[kind], address, object_ref(object));
    return object;
}

/* What was there at a fork is there in the child too, as a copy. */
static void inherit_birth(struct object *object)
{
    const struct object *origin = find_origin(object->process, object->kind, object->address);
    if (!origin)
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
    if (object || (object = adopt(process, kind, address)))
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

/* Takes it out of a process's map, where it is there. */
static void take_out(struct process *process, struct object *object)
{
    struct map *map = &process->maps->objects[object->kind];
    if (map_get(map, object->address) != object)
        return;
    map_remove(map, object->address);
    object->users--;
    object_unref(object);
}

void object_destroy(struct object *object)
{
    struct model *model = object->process->model;
    object_ref(object);
    hold_drop_all(object, DROP_destroyed);
    object->destroyed = true;
    take_out(object->process, object);
    for (size_t i = 0; i < model->process_count && object->users; i++)
        take_out(model->processes[i], object);
    if (object->kind == THRUM_kind_file_lock)
        map_remove(&model->files, object->address);
    TELL(model, object_destroyed, object);
    object_unref(object);
}

void object_leave(struct process *process, struct object *object)
{
    if (object->users > 1)
        take_out(process, object);
    else
        object_destroy(object);
}

void on_object_init(struct thread *thread, const struct thrum_event_object_init *event)
{
    struct process *process = thread->process;
    unsigned kind = event->kind < MODEL_KINDS ? event->kind : THRUM_kind_unknown;
    struct object *old = map_get(&process->maps->objects[kind], event->object);
    if (old)
        object_destroy(old);
    struct object *object = object_new(process, kind, event->object);
    object->born = true;
    object->type = event->type;
    object->protocol = event->protocol;
    object->robust = event->robust;
    object->shared = event->shared;
    object->value = event->value;
    object->birth_thread = thread->id + 1;
    object->birth_site = event->site;
    object->birth_stack = stacks_keep(&process->model->stacks, &event->stack);
    over_made(thread, object);
    TELL(process->model, object_born, object);
}

void on_object_destroy(struct thread *thread, const struct thrum_event_object_destroy *event)
{
    struct process *process = thread->process;
    if (event->kind != THRUM_kind_unknown) {
        struct object *object = map_get(&process->maps->objects[event->kind < MODEL_KINDS ? event->kind : 0], event->object);
        if (object && event->kind != THRUM_kind_thread)
            object_destroy(object);
        return;
    }
    /* Its memory ended, in this process, and all that lived at that address. */
    for (unsigned kind = 0; kind < MODEL_KINDS; kind++) {
        struct object *object = map_get(&process->maps->objects[kind], event->object);
        if (object && kind != THRUM_kind_thread)
            object_leave(process, object);
    }
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
