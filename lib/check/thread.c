/* SPDX-License-Identifier: MIT */
/* The list of threads: each is met at its first event, and its record used again when it is gone. */
#include "check/thread.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check/clock.h"
#include "check/known.h"
#include "check/leaving.h"
#include "check/slab.h"
#include "check/standstill.h"
#include "probe/foreign.h"

static struct slab threads = SLAB_OF(struct check_thread);
static uint64_t last_serial;

/* A creation under way: what the child will have before it; and what is said of it before it begins. */
struct pending {
    struct pending *next;
    uint64_t number, handle;
    bool detached, cancelled;
    char name[NAME_SIZE];
    struct check_clock *clock;
    const struct check_stack *stack;
};
static struct slab pendings = SLAB_OF(struct pending);
static struct pending *pending;

/* --- found by handle --- */

enum { HANDLES = 4096 };
static struct check_thread *handles[HANDLES];

static struct check_thread **handle_chain(uint64_t handle)
{
    return &handles[check_mix(0, handle) % HANDLES];
}

static void set_handle(struct check_thread *thread, uint64_t handle)
{
    struct check_thread **chain = handle_chain(thread->handle);

    while (*chain && *chain != thread)
        chain = &(*chain)->same_hash;
    if (*chain)
        *chain = thread->same_hash;
    thread->handle = handle;
    if (!handle)
        return;
    chain = handle_chain(handle);
    thread->same_hash = *chain;
    *chain = thread;
}

struct check_thread *thread_by_handle(uint64_t handle)
{
    for (struct check_thread *thread = *handle_chain(handle); thread; thread = thread->same_hash)
        if (thread->handle == handle && !thread->joined)
            return thread;
    return NULL;
}

const struct check_thread *thread_last_with(uint64_t handle)
{
    const struct check_thread *last = NULL;

    for (const struct check_thread *thread = *handle_chain(handle); thread; thread = thread->same_hash)
        if (thread->handle == handle && (!last || thread->serial > last->serial))
            last = thread;
    return last;
}

struct check_thread *thread_by_tid(int32_t tid)
{
    for (struct check_thread *thread = check_state.threads; thread; thread = thread->next)
        if (thread->tid == tid && !thread->ended)
            return thread;
    return NULL;
}

/* --- used again --- */

/* First those that ended first. */
static struct check_thread *first_spare, **last_spare = &first_spare;

/* Ended, and nobody will ask for it any more. */
static void spare_if_over(struct check_thread *thread)
{
    if (!thread->ended || !(thread->joined || thread->detached) || thread->spare)
        return;
    thread->spare = true;
    thread->next_spare = NULL;
    *last_spare = thread;
    last_spare = &thread->next_spare;
}

/* One whose destructors have run, too. One that held something to the end stays: others may yet wait for that. */
static struct check_thread *take_spare(void)
{
    struct check_thread *thread;

    while ((thread = first_spare)) {
        if (thread->tid && syscall(SYS_tgkill, thrum_self.pid, thread->tid, 0) == 0)
            return NULL;
        first_spare = thread->next_spare;
        if (!first_spare)
            last_spare = &first_spare;
        if (held_count(thread) == 0)
            break;
        leaving_ended(thread);
    }
    if (thread)
        set_handle(thread, 0);
    return thread;
}

void thread_give_room(struct check_thread *thread, struct held *room, uint32_t capacity)
{
    thread->held = thread->top = room + 1;
    thread->end = room + capacity;
    *room = (struct held){.object = ~(uint64_t)0, .depth = 1};
}

static struct check_thread *new_thread(void)
{
    int saved = errno;
    struct check_thread *thread = take_spare();

    errno = saved;
    if (thread) {
        struct check_thread *next = thread->next;
        struct held *room = thread->held - 1;
        struct known *known = known_reuse(thread->known_outside);
        uint32_t capacity = (uint32_t)(thread->end - room);

        clock_unref(thread->clock);
        uint64_t sequence = thread->wait.sequence;
        memset(thread, 0, sizeof(*thread));
        thread->next = next;
        thread_give_room(thread, room, capacity);
        thread->known = thread->known_outside = known;
        thread->wait.sequence = sequence;
        return thread;
    }
    thread = slab_take(&threads);
    if (!thread)
        return NULL;
    thread->known = thread->known_outside = known_new();
    thread_give_room(thread, thread->first, 1 + HELD_FIRST);
    thread->next = check_state.threads;
    check_state.threads = thread;
    return thread;
}

struct check_thread *thread_meet(void)
{
    struct check_thread *thread;
    int32_t tid = self_tid(), pid = self_pid();
    sigset_t signals;

    /* To ask for the ids may have made this thread known: a forked child's first question does. */
    if (thrum_self.check)
        return thrum_self.check;
    check_lock(&signals);
    /* A signal handler may have come before the lock, and been the first. */
    thread = thrum_self.check ? thrum_self.check : new_thread();
    if (thread && thread->serial == 0) {
        thread->serial = ++last_serial;
        standstill_lives(1);
        thread->tid = tid;
        thread->main = tid == pid;
        thread->epoch = 1;
        thread->frame = (uintptr_t)__builtin_frame_address(0);
    }
    thrum_self.check = thread;
    check_unlock(&signals);
    return thread;
}

void thread_spawns(uint64_t number, const struct check_stack *stack)
{
    struct check_thread *self = thread_self();
    struct pending *creation;
    sigset_t signals;

    if (!self)
        return;
    check_lock(&signals);
    creation = slab_take(&pendings);
    if (creation) {
        creation->number = number;
        creation->stack = stack;
        creation->clock = clock_join(self->clock, self);
        creation->next = pending;
        pending = creation;
    }
    self->epoch++;
    check_unlock(&signals);
}

/* What the thread that creates had before it and where it did so, for the calling thread, which was created. */
static void take_pending(struct check_thread *self, uint64_t number)
{
    for (struct pending **link = &pending; *link; link = &(*link)->next) {
        struct pending *creation = *link;

        if (creation->number != number)
            continue;
        *link = creation->next;
        if (creation->handle)
            standstill_creates(-1);
        self->clock = creation->clock;
        self->born = creation->stack;
        self->detached = creation->detached;
        self->cancelled = creation->cancelled;
        memcpy(self->name, creation->name, NAME_SIZE);
        slab_give(&pendings, creation);
        return;
    }
}

/* Who had the handle before is gone. */
static void take_handle(uint64_t number, uint64_t handle)
{
    struct check_thread *next;

    for (struct check_thread *thread = *handle_chain(handle); thread; thread = next) {
        next = thread->same_hash;
        if (thread->handle == handle && thread->number != number)
            set_handle(thread, 0);
    }
}

static struct pending *pending_by_handle(uint64_t handle)
{
    struct pending *creation = pending;

    while (creation && (creation->handle != handle || !handle))
        creation = creation->next;
    return creation;
}

void thread_is_spawned(uint64_t number, uint64_t handle)
{
    sigset_t signals;

    if (!handle)
        return;
    check_lock(&signals);
    take_handle(number, handle);
    for (struct pending *creation = pending; creation; creation = creation->next)
        if (creation->number == number && !creation->handle) {
            creation->handle = handle;
            standstill_creates(1);
        }
    check_unlock(&signals);
}

void thread_begins(uint64_t number, uint64_t handle, bool kept)
{
    struct check_thread *self = thread_self();
    sigset_t signals;

    if (!self)
        return;
    check_lock(&signals);
    take_handle(number, handle);
    set_handle(self, handle);
    self->number = number;
    self->kept = kept;
    if (number)
        take_pending(self, number);
    check_unlock(&signals);
}

void thread_ends(void)
{
    struct check_thread *self = thrum_self.check;
    sigset_t signals;

    if (!self)
        return;
    check_lock(&signals);
    if (!self->ended)
        standstill_lives(-1);
    self->ended = true;
    leaving_ends(self);
    spare_if_over(self);
    check_unlock(&signals);
}

void thread_joins(uint64_t handle)
{
    struct check_thread *self = thread_self();
    struct pending *creation;
    sigset_t signals;

    if (!self)
        return;
    check_lock(&signals);
    creation = pending_by_handle(handle);
    self->joining = thread_by_handle(handle);
    self->joining_number = creation && !self->joining ? creation->number : 0;
    check_unlock(&signals);
}

/*
 * As it was when the join began:
 *
 *     T1 joins T2: the real call returns                                  thread_is_joined(T2's handle)
 *     T3                                   creates T4, with T2's handle
 */
static struct check_thread *take_joining(struct check_thread *self, uint64_t handle)
{
    struct check_thread *other = self->joining;
    uint64_t number = self->joining_number;

    self->joining = NULL;
    self->joining_number = 0;
    if (other || !number)
        return other ? other : thread_by_handle(handle);
    for (other = check_state.threads; other && other->number != number; other = other->next)
        ;
    return other;
}

void thread_is_joined(uint64_t handle)
{
    struct check_thread *self = thread_self(), *other;
    sigset_t signals;

    if (!self)
        return;
    check_lock(&signals);
    other = take_joining(self, handle);
    if (other && other != self) {
        struct check_clock *clock = clock_join(self->clock, other);

        if (clock) {
            clock_unref(self->clock);
            self->clock = clock;
        }
        if (!other->ended)
            standstill_lives(-1);
        other->joined = other->ended = true;
        leaving_ended(other);
        spare_if_over(other);
    }
    check_unlock(&signals);
}

void thread_is_detached(uint64_t handle)
{
    struct check_thread *other;
    struct pending *creation;
    sigset_t signals;

    check_lock(&signals);
    other = thread_by_handle(handle);
    if (other) {
        other->detached = true;
        spare_if_over(other);
    } else if ((creation = pending_by_handle(handle))) {
        creation->detached = true;
    }
    check_unlock(&signals);
}

void thread_is_cancelled(uint64_t handle)
{
    struct check_thread *other;
    struct pending *creation;
    sigset_t signals;

    check_lock(&signals);
    other = thread_by_handle(handle);
    if (other)
        other->cancelled = true;
    else if ((creation = pending_by_handle(handle)))
        creation->cancelled = true;
    check_unlock(&signals);
}

void thread_is_named(uint64_t handle, const char *name)
{
    struct check_thread *other;
    struct pending *creation;
    sigset_t signals;

    check_lock(&signals);
    other = thread_by_handle(handle);
    if (other)
        strncpy(other->name, name, NAME_SIZE - 1);
    else if ((creation = pending_by_handle(handle)))
        strncpy(creation->name, name, NAME_SIZE - 1);
    check_unlock(&signals);
}

void threads_forked(void)
{
    struct check_thread *self = thrum_self.check;

    for (struct check_thread *thread = check_state.threads; thread; thread = thread->next) {
        if (thread == self)
            continue;
        leaving_forked(thread);
        thread->tid = 0;
        spare_if_over(thread);
    }
    foreign_forked();
    if (self) {
        /* The raw call: asking thrum for the id makes the child known, and so comes back here. */
        self->tid = (int32_t)syscall(SYS_gettid);
        standstill_forked();
        self->main = true;
    }
}
