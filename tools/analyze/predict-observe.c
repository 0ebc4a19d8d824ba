/* SPDX-License-Identifier: MIT */
/* The second reading: from what the model tells to the history of deeds. */
#include "config.h"

#include <stdlib.h>
#include "analyze/analysis.h"
#include "analyze/predict-inner.h"
#include "base/memory.h"

/* --- threads and resources --- */

static uint32_t thread_number(struct predict *p, struct thread *thread)
{
    uintptr_t known = (uintptr_t)thread->slots[p->slot];
    if (known)
        return (uint32_t)(known - 1);
    uint32_t number = history_thread(p->history, thread->id);
    p->threads = memory_grow32(p->threads, number + 1, &p->thread_capacity, sizeof *p->threads);
    p->threads[number] = (struct known_thread){.thread = thread_ref(thread)};
    thread->slots[p->slot] = (void *)((uintptr_t)number + 1);
    return number;
}

static bool is_counted(const struct object *object)
{
    return object->kind == THRUM_kind_semaphore || object->kind == THRUM_kind_lock;
}

static bool is_signal(const struct predict *p, const struct object *object)
{
    return is_counted(object) && map_get(&p->hints->signals, object->id + 1);
}

static enum resource_kind kind_of(const struct predict *p, const struct object *object)
{
    switch (object->kind) {
    case THRUM_kind_thread:
    case THRUM_kind_event:
    case THRUM_kind_future:
        return RESOURCE_latch;
    case THRUM_kind_condition:
        return RESOURCE_condition;
    case THRUM_kind_barrier:
        return object->value ? RESOURCE_barrier : RESOURCE_unknown;
    default:
        if (is_signal(p, object))
            return object->born ? RESOURCE_count : RESOURCE_unknown;
        return object_is_lock(object) || is_counted(object) ? RESOURCE_lock : RESOURCE_unknown;
    }
}

uint32_t predict_resource(const struct predict *p, const struct object *object)
{
    uintptr_t known = (uintptr_t)object->slots[p->slot];
    return known ? (uint32_t)(known - 1) : HISTORY_NONE;
}

static uint32_t resource_number(struct predict *p, struct object *object)
{
    uint32_t number = predict_resource(p, object);
    if (number != HISTORY_NONE)
        return number;
    enum resource_kind kind = kind_of(p, object);
    number = history_resource(p->history, object->id, kind);
    struct resource *resource = &p->history->resources[number];
    resource->value = object->kind == THRUM_kind_lock ? 1 : object->value;
    p->resources = memory_grow32(p->resources, number + 1, &p->resource_capacity, sizeof *p->resources);
    p->resources[number] = (struct known_resource){.object = object_ref(object), .first = resource->value};
    if (kind == RESOURCE_barrier)
        for (int i = 0; i < PREDICT_ROUNDS; i++)
            p->resources[number].comers[i] = memory_new(resource->value, sizeof(struct need));
    object->slots[p->slot] = (void *)((uintptr_t)number + 1);
    return number;
}

struct moment_at predict_moment(const struct history *h, const struct deed *deed)
{
    return (struct moment_at){deed->time_ns, h->sites[deed->site]};
}

static bool is_lock(struct predict *p, uint32_t resource)
{
    return p->history->resources[resource].kind == RESOURCE_lock;
}

/* --- needs --- */

/* Whether somebody else could have ended this wait, or somebody else waited: then it could have ended otherwise. */
static bool is_soft(const struct predict *p, const struct object *object)
{
    return (uintptr_t)map_get(&p->hints->wakers, object->id + 1) <= HINT_MANY ||
           (uintptr_t)map_get(&p->hints->takers, object->id + 1) <= HINT_MANY;
}

/* The deed by which a thread woke an object at that time; it is among its last. */
static uint32_t find_wake(const struct history_thread *t, uint32_t resource, int64_t time_ns)
{
    for (uint32_t i = t->count; i-- > 0;) {
        const struct deed *deed = &t->deeds[i];
        if (deed->what == DEED_wake && deed->resource == resource && deed->time_ns == time_ns)
            return i;
        if (deed->what == DEED_wake && deed->time_ns < time_ns)
            break;
    }
    return HISTORY_NONE;
}

/* It went on because of that wake. */
static void need_wake(struct predict *p, uint32_t thread, struct object *object, const struct waker *waker)
{
    uint32_t resource = resource_number(p, object);
    uint32_t other = waker->thread ? thread_number(p, waker->thread) : HISTORY_NONE;
    if (other == thread)
        return;
    uint32_t wake = other == HISTORY_NONE ? HISTORY_NONE : find_wake(&p->history->threads[other], resource, waker->time_ns);
    if (wake == HISTORY_NONE) {
        history_need_all(p->history, thread);
        return;
    }
    /* It was this wake; it could have been an earlier one of the same thread's. */
    struct need first = p->resources[resource].first_wake;
    if (!is_soft(p, object) && first.upto && first.thread == other)
        history_need(p->history, thread, first, false);
    history_need(p->history, thread, (struct need){other, wake + 1}, true);
}

/* It took the oldest that was given. */
static void take_one(struct predict *p, uint32_t thread, struct object *object, struct moment_at at)
{
    uint32_t number = resource_number(p, object);
    struct known_resource *known = &p->resources[number];
    if (known->first > 0)
        known->first--;
    else if (known->post_head < known->post_count)
        history_need(p->history, thread, known->posts[known->post_head++], is_soft(p, object));
    else
        history_need_all(p->history, thread);
    history_take(p->history, thread, number, at);
}

static void give_one(struct predict *p, struct thread *thread, struct object *object, struct moment_at at)
{
    uint32_t number = resource_number(p, object), by = thread_number(p, thread);
    struct known_resource *known = &p->resources[number];
    history_wake(p->history, by, number, at);
    if (known->post_head == known->post_count)
        known->post_head = known->post_count = 0;
    known->posts = memory_grow32(known->posts, known->post_count + 1, &known->post_capacity, sizeof *known->posts);
    known->posts[known->post_count++] = history_mark(p->history, by);
}

/* A try that failed: somebody had it just then. */
static void need_holders(struct predict *p, struct thread *thread, const struct object *object)
{
    uint32_t by = thread_number(p, thread), resource = predict_resource(p, object);
    for (uint32_t i = 0; i < object->holder_count && resource != HISTORY_NONE; i++) {
        uint32_t other = thread_number(p, object->holders[i]);
        const struct history_thread *t = &p->history->threads[other];
        for (uint32_t j = 0; j < t->held_count; j++)
            if (t->held[j].resource == resource && other != by) {
                uint32_t upto = t->held[j].deed + 1;
                history_mark(p->history, other);
                history_need(p->history, by, (struct need){other, upto}, true);
            }
    }
}

/* --- wishes --- */

/* Whether a wish of this thread for this object can be part of a circle that is looked for. */
static bool matters(const struct predict *p, const struct thread *thread, const struct object *object)
{
    bool obliged = map_get(&p->hints->obliged, thread->id + 1);
    if (map_get(&p->hints->waited, object->id + 1) && (thread->held_count || obliged))
        return true;
    if (map_get(&p->hints->leading, object->id + 1) && (thread->held_count || obliged))
        return true;
    for (uint32_t i = 0; i < thread->held_count; i++)
        if (map_get(&p->hints->orders, analysis_order_key(thread->held[i].object, object)))
            return true;
    return false;
}

static void wish(struct predict *p, struct thread *thread, struct object *object, enum thrum_mode mode, struct moment_at at)
{
    if (!matters(p, thread, object))
        return;
    uint32_t by = thread_number(p, thread), resource = resource_number(p, object);
    if (!history_holds(p->history, by, resource))
        history_wish(p->history, by, resource, mode == THRUM_mode_shared, at);
}

/* --- what the model tells --- */

static void blocked(void *self, int64_t now, struct thread *thread)
{
    struct predict *p = self;
    const struct blocked *blocked = &thread->blocked;
    struct object *object = blocked->object;
    if (blocked->how == THRUM_how_block)
        wish(p, thread, object, blocked->mode, (struct moment_at){now, blocked->site});
    if (blocked->what != BLOCKING_wait)
        return;
    uint32_t by = thread_number(p, thread), number = resource_number(p, object);
    struct resource *resource = &p->history->resources[number];
    struct need *comer = NULL;
    if (resource->kind == RESOURCE_barrier) {
        comer = &p->resources[number].comers[resource->round % PREDICT_ROUNDS][resource->arrived % resource->value];
        p->threads[by].waiting = resource->round;
    }
    history_wait(p->history, by, number, (struct moment_at){now, blocked->site});
    if (comer)
        *comer = history_mark(p->history, by);
}

/* All who came in that round let it go on. */
static void leave_barrier(struct predict *p, uint32_t thread, uint32_t number, struct moment_at at)
{
    const struct resource *barrier = &p->history->resources[number];
    uint32_t round = p->threads[thread].waiting;
    if (round >= barrier->round) { /* it went on without the others: not as a barrier is thought to */
        history_need_all(p->history, thread);
        return;
    }
    /* Where more threads use it than it has places, others could have come in this round. */
    uintptr_t users = (uintptr_t)map_get(&p->hints->waker_counts, p->resources[number].object->id + 1);
    if (round + PREDICT_ROUNDS > barrier->round)
        for (uint32_t i = 0; i < barrier->value; i++)
            history_need(p->history, thread, p->resources[number].comers[round % PREDICT_ROUNDS][i], users != barrier->value);
    else
        history_need_all(p->history, thread);
    history_pass(p->history, thread, number, round, at);
}

static void join(struct predict *p, uint32_t joiner, struct object *object, struct moment_at at)
{
    uint32_t joined = thread_number(p, object->thread);
    history_wake(p->history, joined, resource_number(p, object), at);
    history_need(p->history, joiner, history_mark(p->history, joined), false);
}

static void unblocked(void *self, int64_t now, struct thread *thread, const struct blocked *was, enum thrum_result result,
                      struct waker waker)
{
    struct predict *p = self;
    uint32_t by = thread_number(p, thread);
    if (was->what == BLOCKING_acquire) {
        if (result == THRUM_result_ETIMEDOUT)
            need_holders(p, thread, was->object);
        return;
    }
    if (result != THRUM_result_ok && result != THRUM_result_EOWNERDEAD)
        return;
    uint32_t number = resource_number(p, was->object);
    if (was->object->thread)
        join(p, by, was->object, (struct moment_at){now, 0});
    else if (p->history->resources[number].kind == RESOURCE_barrier)
        leave_barrier(p, by, number, (struct moment_at){now, was->site});
    else
        need_wake(p, by, was->object, &waker);
}

static void acquired(void *self, int64_t now, const struct acquisition *got)
{
    struct predict *p = self;
    struct thread *thread = got->thread;
    struct object *object = got->object;
    uint32_t by = thread_number(p, thread);
    struct moment_at at = {got->blocked ? got->blocked->since_ns : now, got->site};
    if (got->how == THRUM_how_block && !got->blocked)
        wish(p, thread, object, got->mode, at);
    uint32_t number = resource_number(p, object);
    if (is_signal(p, object))
        take_one(p, by, object, at);
    else if (!is_lock(p, number))
        need_wake(p, by, object, &object->last_release);
    else if (!history_holds(p->history, by, number)) {
        if (object->kind == THRUM_kind_once && object->last_release.thread)
            history_need_all(p->history, by);
        history_acquire(p->history, by, number, got->mode == THRUM_mode_shared, at);
    }
}

static void held(void *self, int64_t now, struct thread *thread, const struct hold *hold)
{
    struct predict *p = self;
    if (!is_signal(p, hold->object))
        history_acquire(p->history, thread_number(p, thread), resource_number(p, hold->object),
                        hold->mode == THRUM_mode_shared, (struct moment_at){now, hold->site});
}

static void released(void *self, int64_t now, struct thread *thread, const struct hold *hold, uint64_t site)
{
    struct predict *p = self;
    if (is_signal(p, hold->object))
        give_one(p, thread, hold->object, (struct moment_at){now, site});
    else if (!hold->depth)
        history_release(p->history, thread_number(p, thread), resource_number(p, hold->object), (struct moment_at){now, site});
}

static void dropped(void *self, int64_t now, struct thread *thread, const struct hold *hold, enum drop why)
{
    struct predict *p = self;
    (void)why;
    if (!is_signal(p, hold->object))
        history_release(p->history, thread_number(p, thread), resource_number(p, hold->object), (struct moment_at){now, 0});
}

static void posted(void *self, int64_t now, struct thread *thread, struct object *object, uint64_t site)
{
    struct predict *p = self;
    if (is_signal(p, object))
        give_one(p, thread, object, (struct moment_at){now, site});
}

static void woke(void *self, int64_t now, struct thread *thread, struct object *object, enum thrum_scope scope, uint64_t site)
{
    struct predict *p = self;
    (void)scope;
    if (object->kind == THRUM_kind_barrier)
        return;
    uint32_t by = thread_number(p, thread), number = resource_number(p, object);
    history_wake(p->history, by, number, (struct moment_at){now, site});
    if (!p->resources[number].first_wake.upto)
        p->resources[number].first_wake = history_mark(p->history, by);
}

static void failed(void *self, int64_t now, struct thread *thread, struct object *object, enum thrum_mode mode,
                   enum thrum_how how, enum thrum_result result, uint64_t site)
{
    (void)now, (void)mode, (void)how, (void)result, (void)site;
    need_holders(self, thread, object);
}

static void thread_spawned(void *self, int64_t now, struct thread *child)
{
    struct predict *p = self;
    (void)now;
    struct need born = history_mark(p->history, thread_number(p, child->parent));
    uint32_t by = thread_number(p, child);
    p->threads[by].born = born;
    p->threads[by].has_born = true;
}

/* Its process was forked by one whose threads had come so far; which of them did isn't known yet. */
static void need_parent(struct predict *p, uint32_t by, const struct thread *thread)
{
    size_t count;
    struct process *const *processes = model_processes(p->model, &count);
    for (size_t i = 0; i < count; i++)
        if (processes[i]->pid == thread->process->ppid && processes[i] != thread->process)
            for (struct thread *other = processes[i]->threads; other; other = other->next_thread)
                history_need(p->history, by, history_mark(p->history, thread_number(p, other)), true);
}

static void thread_begun(void *self, int64_t now, struct thread *thread)
{
    struct predict *p = self;
    uint32_t by = thread_number(p, thread);
    (void)now;
    if (p->threads[by].has_born)
        history_need(p->history, by, p->threads[by].born, false);
    else if (thread->main)
        need_parent(p, by, thread);
}

static void interrupt_sent(void *self, int64_t now, struct thread *thread, const struct thrum_event_interrupt_send *event)
{
    struct predict *p = self;
    (void)now;
    if (event->signal < 0 || event->signal > 64)
        return;
    p->sent[event->signal] = history_mark(p->history, thread_number(p, thread));
    p->has_sent[event->signal] = true;
}

static void interrupt_begun(void *self, int64_t now, struct thread *thread, const struct thrum_event_interrupt_begin *event)
{
    struct predict *p = self;
    (void)now;
    if (event->signal >= 0 && event->signal <= 64 && p->has_sent[event->signal])
        history_need(p->history, thread_number(p, thread), p->sent[event->signal], true);
}

const struct model_ops predict_ops = {
    .thread_spawned = thread_spawned,
    .thread_begun = thread_begun,
    .blocked = blocked,
    .unblocked = unblocked,
    .acquired = acquired,
    .held = held,
    .released = released,
    .dropped = dropped,
    .posted = posted,
    .woke = woke,
    .failed = failed,
    .interrupt_sent = interrupt_sent,
    .interrupt_begun = interrupt_begun,
};
