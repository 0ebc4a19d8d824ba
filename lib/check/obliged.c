/* SPDX-License-Identifier: MIT */
/* Who waits with a lock held, and whether who wakes it needs that lock. */
#include "check/obliged.h"

#include <string.h>

#include "check/births.h"
#include "check/holders.h"
#include "check/report.h"
#include "check/thread.h"

enum { OBLIGATIONS = 128, SLOTS = 256 };

/* A thread's part in one; threads end, and are others then. */
struct person {
    int32_t tid;
    bool main;
    char name[NAME_SIZE];
    const struct check_stack *takes, *stack; /* where it takes the lock, and where it waits or wakes */
};

/* A wait with a lock held. Under the checker's lock. */
static struct obligation {
    uint64_t what; /* that is waited for; 0: this place is free */
    struct held lock;
    uint8_t kind;
    const struct check_thread *waiting; /* NULL: no longer */
    uint64_t unit;                      /* of the waiter, as it began to wait */
    bool found, helped;                 /* a waker needs the lock; one doesn't */
    struct person waiter, waker;
} obligations[OBLIGATIONS];

/* By hash, how many obligations an object is part of: most are part of none. */
static _Atomic uint32_t parts[SLOTS];
static _Atomic uint64_t tick = 1; /* rises as a lock is taken */

static _Atomic uint32_t *parts_of(uint64_t object)
{
    return &parts[check_mix(5, object) % SLOTS];
}

bool obliged_is_part(uint64_t object)
{
    return atomic_load_explicit(parts_of(object), memory_order_relaxed) > 0;
}

static bool is_lock(uint8_t kind)
{
    return kind == THRUM_kind_mutex || kind == THRUM_kind_rwlock || kind == THRUM_kind_spinlock || kind == THRUM_kind_rlock;
}

static struct took *find_took(struct check_thread *self, uint64_t object)
{
    for (unsigned i = 0; i < TOOK; i++)
        if (self->took[i].object == object)
            return &self->took[i];
    return NULL;
}

void obliged_took(struct check_thread *self, uint64_t object, uint8_t kind, uint8_t mode, const struct check_stack *stack)
{
    struct took *took;

    if (!is_lock(kind))
        return;
    took = find_took(self, object);
    if (!took)
        took = &self->took[self->next_took++ % TOOK];
    *took = (struct took){.object = object, .stack = stack, .woke = self->woke, .mode = mode,
                          .tick = atomic_fetch_add_explicit(&tick, 1, memory_order_relaxed) + 1};
}

static struct person person_of(const struct check_thread *thread, const struct check_stack *takes, const struct check_stack *stack)
{
    struct person person = {.tid = thread->tid, .main = thread->main, .takes = takes, .stack = stack};

    memcpy(person.name, thread->name, sizeof(person.name));
    return person;
}

/* --- what is told --- */

static const char *wakes_word(uint8_t kind)
{
    switch (kind) {
    case THRUM_kind_thread: return NULL;
    case THRUM_kind_barrier: return "later comes to";
    case THRUM_kind_semaphore: return "later posts";
    default: return "later wakes";
    }
}

static void release(struct obligation *it)
{
    atomic_fetch_sub_explicit(parts_of(it->what), 1, memory_order_relaxed);
    atomic_fetch_sub_explicit(parts_of(it->lock.object), 1, memory_order_relaxed);
    it->what = 0;
}

static void tell(const struct obligation *it)
{
    struct record_object held = {it->lock.object, it->waiter.takes, it->lock.kind, it->lock.mode};
    struct record_object awaited = {it->what, it->waiter.stack, it->kind, THRUM_mode_exclusive};
    struct record_object owed = {it->what, it->waker.stack, it->kind, THRUM_mode_exclusive};
    struct record_object needed = {it->lock.object, it->waker.takes, it->lock.kind, THRUM_mode_exclusive};
    struct report_end ends[] = {
        {.tid = it->waiter.tid, .name = it->waiter.name, .main = it->waiter.main, .holds = &held, .wants = &awaited},
        {.tid = it->waker.tid, .name = it->waker.name, .main = it->waker.main, .holds = &owed, .owes = wakes_word(it->kind), .wants = &needed}};

    report_ends(THRUM_FINDING_communication, ends, 2);
}

static bool has_one_waker(const struct obligation *it)
{
    return it->kind == THRUM_kind_thread || it->kind == THRUM_kind_barrier;
}

/* No more can come to speak against it. */
static void conclude(struct obligation *it)
{
    if (it->found && !it->helped)
        tell(it);
    release(it);
}

/* Whether the waker took the lock on its way here, after the waiter's last wait, and neither waited nor woke since. */
static const struct took *needs(const struct check_thread *self, const struct obligation *it, uint32_t woke)
{
    const struct took *took = find_took((struct check_thread *)self, it->lock.object);

    return took && took->woke == woke && took->tick > self->unit && took->tick > it->unit &&
                   !(took->mode == THRUM_mode_shared && it->lock.mode == THRUM_mode_shared)
               ? took
               : NULL;
}

/* `woke`: how often the waker has woken others before this. */
static void look(const struct check_thread *self, struct obligation *it, const struct check_stack *stack, uint32_t woke)
{
    const struct took *took = needs(self, it, woke);

    if (!took && !has_one_waker(it))
        it->helped = true;
    if (!took || !it->waiting || it->waiting == self || it->found)
        return;
    it->found = true;
    it->waker = person_of(self, took->stack, stack);
    if (has_one_waker(it))
        conclude(it);
}

void obliged_wakes(struct check_thread *self, uint64_t what, uint8_t kind, const struct check_stack *stack)
{
    sigset_t signals;

    if (what && obliged_is_part(what)) {
        check_lock(&signals);
        for (struct obligation *it = obligations; it < obligations + OBLIGATIONS; it++)
            if (it->what == what && it->kind == kind)
                look(self, it, stack, self->woke);
        check_unlock(&signals);
    }
    self->woke++;
}

/* --- a wait begins and ends --- */

/* Who did its part already: the thread that is joined has ended, others wait at the barrier. */
static void look_back(struct obligation *it)
{
    const struct check_thread *joined = it->kind == THRUM_kind_thread ? thread_by_handle(it->what) : NULL;

    if (joined && joined->ended)
        look(joined, it, &check_nowhere, joined->woke - 1);
    for (const struct check_thread *thread = check_state.threads; it->kind == THRUM_kind_barrier && it->what && thread; thread = thread->next)
        if (!thread->ended && thread->wait.sequence % 2 && thread->wait.kind == THRUM_kind_barrier && thread->wait.object == it->what)
            look(thread, it, thread->wait.stack, thread->woke - 1);
}

static void oblige(struct check_thread *self, const struct wait_target *target, const struct held *lock)
{
    struct obligation *free = NULL;

    for (struct obligation *it = obligations; it < obligations + OBLIGATIONS; it++) {
        if (it->what == target->object && it->lock.object == lock->object && it->waiter.stack == target->stack) {
            it->waiting = self;
            it->unit = self->unit;
            look_back(it);
            return;
        }
        if (!it->what && !free)
            free = it;
    }
    if (!free)
        return;
    *free = (struct obligation){.what = target->object, .kind = target->kind, .lock = *lock, .waiting = self, .unit = self->unit,
                                .waiter = person_of(self, lock->stack, target->stack)};
    atomic_fetch_add_explicit(parts_of(free->what), 1, memory_order_relaxed);
    atomic_fetch_add_explicit(parts_of(lock->object), 1, memory_order_relaxed);
    look_back(free);
}

/* Whether others may have woken it already, or it was free to begin with. */
static bool is_used(const struct wait_target *target)
{
    struct birth birth;

    switch (target->kind) {
    case THRUM_kind_thread:
    case THRUM_kind_barrier: return false;
    case THRUM_kind_semaphore: return holders_was_woken(target->object) || !births_find(target->object, &birth) || birth.value > 0;
    case THRUM_kind_condition: return holders_was_woken(target->object);
    default: return true;
    }
}

void obliged_waits(struct check_thread *self, const struct wait_target *target)
{
    sigset_t signals;

    if (held_count(self) == 0 || target->timed || self->handling || is_used(target))
        return;
    check_lock(&signals);
    for (const struct held *held = self->held; held < self->top; held++)
        if (held->depth > 0 && is_lock(held->kind))
            oblige(self, target, held);
    self->obliged = true;
    check_unlock(&signals);
}

void obliged_waited(struct check_thread *self)
{
    sigset_t signals;

    self->unit = atomic_load_explicit(&tick, memory_order_relaxed);
    if (!self->obliged)
        return;
    check_lock(&signals);
    for (struct obligation *it = obligations; it < obligations + OBLIGATIONS; it++)
        if (it->waiting == self)
            it->waiting = NULL;
    self->obliged = false;
    check_unlock(&signals);
}

/* --- ends --- */

void obliged_forget(uint64_t object)
{
    sigset_t signals;

    if (!obliged_is_part(object))
        return;
    check_lock(&signals);
    for (struct obligation *it = obligations; it < obligations + OBLIGATIONS; it++)
        if (it->what && (it->what == object || it->lock.object == object))
            conclude(it);
    check_unlock(&signals);
}

void obliged_all_end(void)
{
    sigset_t signals;

    check_lock(&signals);
    for (struct obligation *it = obligations; it < obligations + OBLIGATIONS; it++)
        if (it->what)
            conclude(it);
    check_unlock(&signals);
}

void obliged_forked(void)
{
    memset(obligations, 0, sizeof(obligations));
    memset(parts, 0, sizeof(parts));
}
