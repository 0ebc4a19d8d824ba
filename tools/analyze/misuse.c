/* SPDX-License-Identifier: MIT */
/*
 * Misuse that a trace proves: locks given back by who doesn't hold them, destroyed or freed while they are held, left held by
 * a thread that ended; conditions waited on wrongly; joins of what can't be joined; robust mutexes left inconsistent. What needs
 * more than the events say is told by the checker in the process alone.
 */
#include "config.h"

#include <stdlib.h>
#include "analyze/analysis.h"
#include "analyze/describe.h"
#include "analyze/text.h"
#include "base/memory.h"

enum { SIDES = 4 };

/* What one thread did with one object. */
struct side {
    struct thread *thread;
    const char *verb;
    struct taking taking; /* with a reference to its object */
};

struct misuse {
    enum finding_kind kind;
    struct side sides[SIDES];
    int count;
};

struct misuses {
    struct model *model;
    struct misuse *at;
    size_t count, capacity;
    const struct trace_event *event;  /* the one that the model takes now */
    struct object *dropped;           /* the mutex that it made its thread drop, and how often that is held yet */
    uint32_t dropped_depth;
    struct map wakes;        /* object id + 1 -> time of the last wake + 1 */
    struct map stolen;       /* object id + 1 -> anything: another than its holder gave it back */
    struct map inconsistent; /* object id + 1 -> anything: taken from a holder that died, and not made consistent */
};

static bool is_owned(const struct object *object)
{
    return object->kind == THRUM_kind_mutex || object->kind == THRUM_kind_rwlock || object->kind == THRUM_kind_spinlock ||
           object->kind == THRUM_kind_rlock;
}

/* --- what is kept --- */

static bool is_known(const struct misuses *misuses, enum finding_kind kind, uint64_t site, const struct object *object)
{
    for (size_t i = 0; i < misuses->count; i++) {
        const struct misuse *other = &misuses->at[i];
        if (other->kind == kind && other->sides[0].taking.site == site && (site || other->sides[0].taking.object == object))
            return true;
    }
    return false;
}

static void add_side(struct misuse *misuse, struct thread *thread, const char *verb, struct taking taking)
{
    if (misuse->count == SIDES)
        return;
    thread_ref(thread);
    object_ref(taking.object);
    misuse->sides[misuse->count++] = (struct side){thread, verb, taking};
}

static struct taking taking_at(struct object *object, uint64_t site, const struct stack *stack, int64_t now)
{
    return (struct taking){.object = object, .mode = THRUM_mode_exclusive, .site = site, .stack = stack, .since_ns = now};
}

/* A new one by this thread; NULL where that is known. */
static struct misuse *add(struct misuses *misuses, enum finding_kind kind, struct thread *thread, const char *verb, struct taking taking)
{
    if (is_known(misuses, kind, taking.site, taking.object))
        return NULL;
    misuses->at = memory_grow(misuses->at, misuses->count + 1, &misuses->capacity, sizeof *misuses->at);
    struct misuse *misuse = &misuses->at[misuses->count++];
    *misuse = (struct misuse){.kind = kind};
    add_side(misuse, thread, verb, taking);
    return misuse;
}

static void add_holder(struct misuse *misuse, struct thread *holder, const struct hold *hold)
{
    if (misuse)
        add_side(misuse, holder, "holds", taking_of_hold(hold));
}

/* --- what the model tells --- */

static const struct hold *hold_of(const struct thread *thread, const struct object *object)
{
    for (uint32_t i = 0; i < thread->held_count; i++)
        if (thread->held[i].object == object)
            return &thread->held[i];
    return NULL;
}

static struct thread *thread_of_event(const struct misuses *misuses, const struct process *process)
{
    struct thread *thread = process->threads;
    while (thread && thread->tid != misuses->event->record.common.tid)
        thread = thread->next_thread;
    return thread;
}

static void posted(void *self, int64_t now, struct thread *thread, struct object *object, uint64_t site)
{
    struct misuses *misuses = self;
    if (misuses->event->id != THRUM_EVENT_release || !is_owned(object) || thread->process->forked_from)
        return;
    struct thread *holder = object->holder_count > 0 ? object->holders[0] : NULL;
    struct taking taking = taking_at(object, site, NULL, now);
    if (holder && holder != thread)
        map_put(&misuses->stolen, object->id + 1, misuses);
    if (holder && holder != thread)
        add_holder(add(misuses, FINDING_unlock_not_owner, thread, "unlocks", taking), holder, hold_of(holder, object));
    else if (!holder && misuses->event->record.release.mode == THRUM_mode_unknown && thread->begin_ns != MODEL_UNKNOWN_NS)
        add(misuses, FINDING_unlock_not_held, thread, "unlocks", taking);
}

static void dropped(void *self, int64_t now, struct thread *thread, const struct hold *hold, enum drop why)
{
    struct misuses *misuses = self;
    const union thrum_event_record *record = &misuses->event->record;
    if (why != DROP_destroyed || !is_owned(hold->object) || thread->process->forked_from)
        return;
    struct thread *actor = thread_of_event(misuses, thread->process);
    if (!actor)
        return;
    if (misuses->event->id == THRUM_EVENT_object_init) {
        add_holder(add(misuses, FINDING_reinit, actor, "initialises",
                       taking_at(hold->object, record->object_init.site, NULL, now)), thread, hold);
    } else if (misuses->event->id == THRUM_EVENT_object_destroy) {
        bool freed = record->object_destroy.kind == THRUM_kind_unknown;
        const char *verb = !freed ? "destroys" : record->object_destroy.site ? "frees the memory of" : "ends, and its stack with";
        add_holder(add(misuses, freed ? FINDING_free_held : FINDING_destroy_held, actor, verb,
                       taking_at(hold->object, record->object_destroy.site, NULL, now)), thread, hold);
    }
}

static void thread_joined(void *self, int64_t now, struct thread *joiner, struct thread *joined)
{
    struct misuses *misuses = self;
    struct misuse *misuse = NULL;
    (void)now, (void)joiner;
    for (uint32_t i = 0; i < joined->held_count; i++) {
        const struct hold *hold = &joined->held[i];
        if (!is_owned(hold->object) || hold->object->robust || map_get(&misuses->stolen, hold->object->id + 1))
            continue;
        if (misuse)
            add_side(misuse, joined, "still holds", taking_of_hold(hold));
        else
            misuse = add(misuses, FINDING_exit_holding, joined, "still holds", taking_of_hold(hold));
    }
}

static void look_at_mutex(struct misuses *misuses, struct thread *thread)
{
    const struct blocked *blocked = &thread->blocked;
    struct object *mutex = blocked->mutex;
    if (mutex->kind != THRUM_kind_mutex || thread->begin_ns == MODEL_UNKNOWN_NS)
        return;
    struct taking taking = taking_at(mutex, blocked->site, blocked->stack, blocked->since_ns);
    if (misuses->dropped != mutex && !hold_of(thread, mutex)) {
        struct misuse *misuse = add(misuses, FINDING_cond_mutex_not_held, thread, "waits with", taking);
        if (misuse && mutex->holder_count > 0)
            add_holder(misuse, mutex->holders[0], hold_of(mutex->holders[0], mutex));
    } else if (misuses->dropped == mutex && misuses->dropped_depth > 0) {
        add_holder(add(misuses, FINDING_cond_recursive, thread, "waits with", taking), thread, hold_of(thread, mutex));
    }
}

static void add_wait(struct misuse *misuse, struct thread *thread)
{
    add_side(misuse, thread, "waits on", taking_of_block(&thread->blocked));
    add_side(misuse, thread, "with", taking_at(thread->blocked.mutex, 0, NULL, MODEL_UNKNOWN_NS));
}

/* Another waits on the same condition with another mutex, and nobody has woken it. */
static void look_at_waiters(struct misuses *misuses, struct thread *thread)
{
    struct object *object = thread->blocked.object;
    int64_t woken = (int64_t)(intptr_t)map_get(&misuses->wakes, object->id + 1) - 1;
    for (uint32_t i = 0; i < object->waiter_count; i++) {
        struct thread *other = object->waiters[i];
        if (other == thread || !other->blocked.mutex || other->blocked.mutex == thread->blocked.mutex || other->blocked.since_ns <= woken)
            continue;
        if (is_known(misuses, FINDING_cond_two_mutexes, thread->blocked.site, object))
            return;
        struct misuse *misuse = add(misuses, FINDING_cond_two_mutexes, thread, "waits on", taking_of_block(&thread->blocked));
        add_side(misuse, thread, "with", taking_at(thread->blocked.mutex, 0, NULL, MODEL_UNKNOWN_NS));
        add_wait(misuse, other);
        return;
    }
}

static void look_at_join(struct misuses *misuses, struct thread *thread)
{
    struct object *object = thread->blocked.object;
    struct thread *joined = object->thread;
    if (!joined || joined == thread || !(joined->detached || joined->joined))
        return;
    struct misuse *misuse = add(misuses, FINDING_join_detached, thread, "joins", taking_of_block(&thread->blocked));
    if (misuse)
        add_side(misuse, joined, joined->detached ? "was detached:" : "was joined before:", taking_at(object, 0, NULL, MODEL_UNKNOWN_NS));
}

static void blocked(void *self, int64_t now, struct thread *thread)
{
    const struct blocked *blocked = &thread->blocked;
    const struct hold *hold = hold_of(thread, blocked->object);
    (void)now;
    if (blocked->what == BLOCKING_acquire && blocked->how == THRUM_how_timed && hold && is_owned(hold->object) &&
        hold->mode == THRUM_mode_exclusive)
        add_holder(add(self, FINDING_relock, thread, "waits for", taking_of_block(blocked)), thread, hold);
    if (blocked->what != BLOCKING_wait)
        return;
    if (blocked->object->kind == THRUM_kind_thread)
        look_at_join(self, thread);
    if (!blocked->mutex)
        return;
    look_at_mutex(self, thread);
    look_at_waiters(self, thread);
}

static void woke(void *self, int64_t now, struct thread *thread, struct object *object, enum thrum_scope scope, uint64_t site)
{
    struct misuses *misuses = self;
    (void)thread, (void)scope, (void)site;
    map_put(&misuses->wakes, object->id + 1, (void *)(intptr_t)(now + 1));
}

static void acquired(void *self, int64_t now, const struct acquisition *acquisition)
{
    struct misuses *misuses = self;
    (void)now;
    if (acquisition->owner_died)
        map_put(&misuses->inconsistent, acquisition->object->id + 1, misuses);
}

static void released(void *self, int64_t now, struct thread *thread, const struct hold *hold, uint64_t site)
{
    struct misuses *misuses = self;
    misuses->dropped = hold->object;
    misuses->dropped_depth = hold->depth;
    if (hold->depth > 0 || !map_get(&misuses->inconsistent, hold->object->id + 1))
        return;
    map_remove(&misuses->inconsistent, hold->object->id + 1);
    add_holder(add(misuses, FINDING_robust_inconsistent, thread, "unlocks", taking_at(hold->object, site, NULL, now)), thread, hold);
}

static void made_consistent(struct misuses *misuses, const struct thread *thread, uint64_t address)
{
    for (uint32_t i = 0; thread && i < thread->held_count; i++)
        if (thread->held[i].object->address == address)
            map_remove(&misuses->inconsistent, thread->held[i].object->id + 1);
}

static void event(void *self, const struct trace_event *event)
{
    struct misuses *misuses = self;
    misuses->event = event;
    misuses->dropped = NULL;
    if (event->id != THRUM_EVENT_object_consistent)
        return;
    size_t count;
    struct process *const *processes = model_processes(misuses->model, &count);
    for (size_t i = 0; i < count; i++)
        if (processes[i]->pid == event->record.common.pid)
            made_consistent(misuses, thread_of_event(misuses, processes[i]), event->record.object_consistent.object);
}

static void object_freed(void *self, int64_t now, struct object *object)
{
    struct misuses *misuses = self;
    (void)now;
    map_remove(&misuses->wakes, object->id + 1);
    map_remove(&misuses->inconsistent, object->id + 1);
    map_remove(&misuses->stolen, object->id + 1);
}

/* --- the findings --- */

static void describe_side(struct describe *describe, const struct side *side, struct finding_step *step)
{
    step->pid = side->thread->process->pid;
    step->tid = side->thread->tid;
    step->thread = describe_thread(describe, side->thread);
    step->holds = (struct finding_object){.kind = memory_text(""), .name = memory_text(""), .object = memory_text(""),
                                          .birth = memory_text(""), .since_ns = -1};
    describe_taking(describe, &side->taking, &step->wants);
    step->wants.verb = memory_text(side->verb);
}

static char *id_of(struct describe *describe, const struct misuse *misuse)
{
    struct text *classes = memory_new((size_t)misuse->count, sizeof *classes);
    for (int i = 0; i < misuse->count; i++) {
        char *class = describe_class(describe, &misuse->sides[i].taking);
        text_add(&classes[i], "%s", class);
        free(class);
    }
    return text_id(finding_kind_word(misuse->kind), classes, (size_t)misuse->count);
}

static void find(void *self, struct analysis_context *context)
{
    struct misuses *misuses = self;
    /* Where events were lost nothing is certain. */
    if (context->losses && context->losses->lost_events)
        return;
    for (size_t i = 0; i < misuses->count; i++) {
        const struct misuse *misuse = &misuses->at[i];
        struct finding *finding = findings_add(context->findings);
        finding->kind = misuse->kind;
        finding->certainty = CERTAINTY_happened;
        finding->step_count = (size_t)misuse->count;
        finding->steps = memory_new((size_t)misuse->count, sizeof *finding->steps);
        for (int j = 0; j < misuse->count; j++)
            describe_side(context->describe, &misuse->sides[j], &finding->steps[j]);
        finding->message = memory_text(finding_kind_message(misuse->kind));
        finding->advice = memory_text(finding_kind_advice(misuse->kind));
        finding->reason = memory_text("it was recorded as it happened");
        finding->id = id_of(context->describe, misuse);
    }
}

static const struct model_ops ops = {
    .event = event, .posted = posted, .dropped = dropped, .thread_joined = thread_joined, .blocked = blocked, .woke = woke,
    .acquired = acquired, .released = released, .object_freed = object_freed,
};

static void *begin(struct model *model)
{
    struct misuses *misuses = memory_new(1, sizeof *misuses);
    misuses->model = model;
    model_subscribe(model, &ops, misuses);
    return misuses;
}

static void end(void *self)
{
    struct misuses *misuses = self;
    for (size_t i = 0; i < misuses->count; i++)
        for (int j = 0; j < misuses->at[i].count; j++) {
            thread_unref(misuses->at[i].sides[j].thread);
            object_unref(misuses->at[i].sides[j].taking.object);
        }
    map_free(&misuses->wakes);
    map_free(&misuses->inconsistent);
    map_free(&misuses->stolen);
    free(misuses->at);
    free(misuses);
}

const struct analysis analysis_misuse = {.name = "misuse", .begin = begin, .find = find, .end = end};
