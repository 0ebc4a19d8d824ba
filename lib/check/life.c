/* SPDX-License-Identifier: MIT */
/* Events of the lives of objects and threads, and of interrupts: who has to hear of each. */
#include "check/life.h"

#include <errno.h>

#include "check/births.h"
#include "check/check.h"
#include "check/handlers.h"
#include "check/holders.h"
#include "check/leaving.h"
#include "check/misuse.h"
#include "check/obliged.h"
#include "check/order.h"
#include "check/over.h"
#include "check/semaphore.h"
#include "check/stacks.h"
#include "check/sync.h"
#include "check/thread.h"
#include "check/waitfor.h"

/* What the thread holds of an object that is no more, or another now. */
static void forget_held(struct check_thread *self, uint64_t object)
{
    struct held *held = held_count(self) > 0 ? (struct held *)held_find(self, object) : NULL;

    if (held)
        held_take_out(self, held);
}

static void forget(uint64_t object)
{
    obliged_forget(object);
    over_forget(object);
    order_forget(object);
    sync_forget(object);
    leaving_forget(object);
    handlers_forget(object);
}

void life_ends(const struct thrum_event_object_destroy *end, uintptr_t frame)
{
    struct check_thread *self = thread_self();

    if (self) {
        misuse_end(self, end->object, end->kind, check_mapping_ends, end->site ? stacks_here(self, end->site, frame) : &check_nowhere);
        forget_held(self, end->object);
    }
    forget(end->object);
    if (semaphore_is_kind(end->kind) || end->kind == THRUM_kind_unknown)
        semaphore_ended(end->object);
}

void life_woken(uint64_t object, uint8_t kind, uint64_t site, uintptr_t frame)
{
    struct check_thread *self = thread_self();

    if (self && obliged_is_part(object))
        obliged_wakes(self, object, kind, stacks_here(self, site, frame));
    else if (self)
        self->woke++;
    holders_wake(object);
    if (kind == THRUM_kind_barrier)
        births_uncounted(object), sync_spoiled(object);
    if (self && kind == THRUM_kind_condition && self->handling)
        handlers_unsafe(self, "pthread_cond_signal", object, kind, stacks_here(self, site, frame));
}

/*
 * Who begins to wait only now isn't woken by this: a program that may end the object, or wait itself, after it has woken the
 * others made sure that they were waiting, and so published, or saw why they needn't.
 */
void check_wake(uint64_t object, uint8_t kind, uint64_t site, uintptr_t frame)
{
    struct check_thread *self = thrum_self.check;
    int saved = errno;

    if (check_torn)
        return;
    if (self && !self->handling && kind == THRUM_kind_condition && !holders_may_wait(object) && holders_was_woken(object) &&
        !obliged_is_part(object)) {
        self->woke++;
        return;
    }
    self_enter();
    life_woken(object, kind, site, frame);
    errno = saved;
    self_leave();
}

void life_spawns(const struct thrum_event_spawn *spawn, uintptr_t frame)
{
    struct check_thread *self = thread_self();
    const struct check_stack *stack;

    if (!self)
        return;
    stack = stacks_here(self, spawn->site, frame);
    obliged_wakes(self, 0, THRUM_kind_thread, stack);
    thread_spawns(spawn->serial, stack);
    if (self->handling)
        handlers_unsafe(self, "pthread_create", 0, 0, stack);
}

/* `real`: a handler that interrupts the thread, not one that the library calls in its own time. */
void life_handles(const struct thrum_event_interrupt_begin *begin, bool real)
{
    if (thread_self() && begin->means == THRUM_means_signal && real)
        handlers_enter(thread_self(), begin->signal);
}

void life_interrupts(const struct thrum_event_interrupt_send *send)
{
    struct check_thread *self = thread_self();

    if (send->means == THRUM_means_cancel)
        thread_is_cancelled(send->target);
    else if (self && send->means == THRUM_means_signal && send->target && send->target == self->handle)
        handlers_raises(self, send->signal);
}

void life_made(const struct thrum_event_object_init *init, uintptr_t frame)
{
    struct check_thread *self = thread_self();

    if (self) {
        misuse_init(self, init->object, init->kind, stacks_here(self, init->site, frame));
        forget_held(self, init->object);
    }
    forget(init->object);
    births_add(init);
    sync_made(init);
    if (init->kind == THRUM_kind_semaphore)
        semaphore_made(init->object, init->value);
    else if (init->kind == THRUM_kind_lock)
        semaphore_made(init->object, 1);
    if (init->type == THRUM_type_prefer_writer_nonrecursive)
        order_nonrecursive_reader(init->object);
}
