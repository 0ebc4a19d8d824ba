/* SPDX-License-Identifier: MIT */
/*
 * Deadlocks that happened. Each thread publishes its wait, then walks from holder to holder. Of the threads of a circle one
 * publishes last, and it sees the others' waits. What it saw is read again: waits with unchanged sequences stood still all
 * the while, and so did what those threads hold.
 */
#include "check/waitfor.h"

#include <stddef.h>

#include "check/births.h"
#include "check/holders.h"
#include "check/report.h"
#include "check/semaphore.h"
#include "check/stall.h"
#include "check/standstill.h"
#include "check/thread.h"

enum { CIRCLE_MAX = 1024 };

const struct held *held_find(const struct check_thread *thread, uint64_t object)
{
    for (uint32_t i = held_count(thread); i-- > 0;)
        if (thread->held[i].object == object && thread->held[i].depth > 0)
            return &thread->held[i];
    return NULL;
}

/* A circle under construction: from the thread that begins to block. */
struct circle {
    const struct check_thread *start;
    struct circle_step *steps;
    uint32_t length;
};

static bool is_on(const struct circle *circle, const struct check_thread *thread)
{
    for (uint32_t i = 0; i < circle->length; i++)
        if (circle->steps[i].thread == thread)
            return true;
    return false;
}

/* Nobody is left to give a semaphore back that was never given back so far: it counts as a lock. Under the lock. */
static bool all_stand_still;

/* Whether `holder` keeps `waiter` from what it waits for. */
static bool keeps_from(const struct check_thread *holder, const struct check_thread *waiter)
{
    const struct wait *wait = &waiter->wait;
    const struct held *held;

    if (wait->kind == THRUM_kind_thread)
        return holder->handle == wait->handle && !holder->ended && !holder->joined;
    /* Of a file's records, which are one object, it may hold others than it waits for, or make its own larger. */
    if (wait->kind == THRUM_kind_file_lock && holder == waiter)
        return false;
    held = held_find(holder, wait->object);
    if (!held || (held->mode == THRUM_mode_shared && wait->mode == THRUM_mode_shared))
        return false;
    /* A semaphore that its holder waits for again is a signal that another will give. */
    return !semaphore_is_kind(held->kind) || (holder != waiter && semaphore_holder(held->object) == holder->serial &&
                                              (all_stand_still || semaphore_is_proven(held->object)));
}

/*
 * Whether a reader waits behind this writer, for the lock lets writers go first. Only of a reader that has just tried in vain:
 * of one that has waited for long it isn't known which of the two was there first.
 */
static bool is_queued_before(const struct check_thread *writer, const struct check_thread *reader, const struct check_thread *start)
{
    const struct wait *wait = &reader->wait;
    struct birth birth;

    return reader == start && writer != reader && wait->kind == THRUM_kind_rwlock && wait->mode == THRUM_mode_shared &&
           writer->wait.object == wait->object && writer->wait.mode == THRUM_mode_exclusive && writer->wait.sequence % 2 &&
           births_find(wait->object, &birth) && birth.type == THRUM_type_prefer_writer_nonrecursive;
}

static uint64_t blocked_sequence(const struct check_thread *thread)
{
    uint64_t sequence = atomic_load_explicit(&thread->wait.sequence, memory_order_seq_cst);

    return sequence % 2 ? sequence : 0;
}

static bool walk_to(struct circle *circle, const struct check_thread *waiter, const struct check_thread *holder);

/* Walks on from the last thread of the circle; true where it came back to the start. Under the lock. */
static bool walk(struct circle *circle)
{
    const struct check_thread *waiter = circle->steps[circle->length - 1].thread;

    if (circle->length == CIRCLE_MAX)
        return false;
    if (waiter->wait.kind == THRUM_kind_thread) {
        const struct check_thread *joined = thread_by_handle(waiter->wait.handle);

        return joined && walk_to(circle, waiter, joined);
    }
    for (const struct check_thread *holder = check_state.threads; holder; holder = holder->next)
        if ((held_count(holder) > 0 || waiter == circle->start) && walk_to(circle, waiter, holder))
            return true;
    return false;
}

static bool walk_to(struct circle *circle, const struct check_thread *waiter, const struct check_thread *holder)
{
    uint64_t sequence;

    if (!keeps_from(holder, waiter) && !is_queued_before(holder, waiter, circle->start))
        return false;
    if (holder == circle->start)
        return true;
    sequence = blocked_sequence(holder);
    if (!sequence || holder->wait.timed || is_on(circle, holder))
        return false;
    circle->steps[circle->length++] = (struct circle_step){holder, sequence};
    if (walk(circle))
        return true;
    circle->length--;
    return false;
}

/* Whether all still stand as they were seen, and each still keeps the one before from what it wants. */
static bool still_stands(const struct circle *circle)
{
    for (uint32_t i = 0; i < circle->length; i++) {
        const struct check_thread *next = circle->steps[(i + 1) % circle->length].thread;

        if (!keeps_from(next, circle->steps[i].thread) && !is_queued_before(next, circle->steps[i].thread, circle->start))
            return false;
    }
    for (uint32_t i = 0; i < circle->length; i++)
        if (blocked_sequence(circle->steps[i].thread) != circle->steps[i].sequence)
            return false;
    return true;
}

/* A thread that isn't known yet is waited for by one that holds something: all look. */
static _Atomic bool unknown_awaited;

/* A thread that holds something begins a join: from now on who is joined looks, too, and who is joined by that. */
static void mark_awaited(const struct check_thread *thread)
{
    if (held_count(thread) == 0 && !thread->awaited)
        return;
    while (blocked_sequence(thread) && thread->wait.kind == THRUM_kind_thread) {
        struct check_thread *joined = thread_by_handle(thread->wait.handle);

        if (!joined)
            atomic_store_explicit(&unknown_awaited, true, memory_order_seq_cst);
        if (!joined || joined->awaited)
            break;
        atomic_store_explicit(&joined->awaited, true, memory_order_seq_cst);
        thread = joined;
    }
}

static struct circle_step circle_steps[CIRCLE_MAX]; /* under the lock */

static bool look_from(const struct check_thread *start, struct circle_step *steps)
{
    struct circle circle = {.start = start, .steps = steps, .length = 1};

    steps[0] = (struct circle_step){start, blocked_sequence(start)};
    if (!steps[0].sequence || !walk(&circle) || !still_stands(&circle))
        return false;
    report_circle(circle.steps, circle.length);
    return true;
}

static bool look(struct check_thread *self)
{
    bool found;
    sigset_t signals;

    check_lock(&signals);
    if (self->wait.kind == THRUM_kind_thread)
        mark_awaited(self);
    found = look_from(self, circle_steps);
    check_unlock(&signals);
    return found;
}

bool waitfor_any(void)
{
    bool found = false;

    all_stand_still = true;
    for (const struct check_thread *thread = check_state.threads; thread && !found; thread = thread->next)
        found = !thread->ended && look_from(thread, circle_steps);
    all_stand_still = false;
    return found;
}

/*
 * Whether this wait could close a circle: it is a join, or somebody may wait for this thread: for what it holds or, holding
 * something, for its end.
 */
static bool may_close(const struct check_thread *self)
{
    return held_count(self) > 0 || self->wait.kind == THRUM_kind_thread ||
           atomic_load_explicit(&self->awaited, memory_order_seq_cst) ||
           atomic_load_explicit(&unknown_awaited, memory_order_seq_cst);
}

bool waitfor_begin(struct check_thread *self, const struct wait_target *target)
{
    struct wait *wait = &self->wait;

    wait->object = target->object;
    wait->handle = target->handle;
    wait->kind = target->kind;
    wait->mode = target->mode;
    wait->timed = target->timed;
    wait->stack = target->stack;
    wait->mutex = target->mutex;
    wait->mutex_kind = target->mutex_kind;
    wait->mutex_depth = target->mutex_depth;
    wait->since = stall_now();
    holders_wait_begins(wait);
    atomic_fetch_add_explicit(&wait->sequence, 1, memory_order_seq_cst);
    /* A wait that ends by itself is no deadlock. */
    if (target->timed)
        return false;
    standstill_waits(1);
    return (may_close(self) && look(self)) || standstill_look(self, NULL);
}

void waitfor_end(struct check_thread *self)
{
    if (self->wait.sequence % 2 == 0)
        return;
    holders_wait_ends(&self->wait);
    if (!self->wait.timed)
        standstill_waits(-1);
    atomic_fetch_add_explicit(&self->wait.sequence, 1, memory_order_seq_cst);
}

void waitfor_again(struct check_thread *self, const struct wait *as)
{
    uint64_t sequence = self->wait.sequence;

    self->wait = *as;
    self->wait.sequence = sequence;
    if (as->sequence % 2 == 0)
        return;
    holders_wait_begins(&self->wait);
    self->wait.wakes = as->wakes;
    if (!as->timed)
        standstill_waits(1);
    atomic_fetch_add_explicit(&self->wait.sequence, 1, memory_order_seq_cst);
}
