/* SPDX-License-Identifier: MIT */
/* The list of threads: each is met at its first event, and its record used again when it is gone. */
#include "check/thread.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check/clock.h"
#include "check/slab.h"

static struct slab threads = SLAB_OF(struct check_thread);
static uint64_t last_serial;

/* A creation under way: what the child will have before it. */
struct pending {
    struct pending *next;
    uint64_t number;
    struct check_clock *clock;
};
static struct slab pendings = SLAB_OF(struct pending);
static struct pending *pending;

struct check_thread *thread_by_handle(uint64_t handle)
{
    for (struct check_thread *thread = check_state.threads; thread; thread = thread->next)
        if (thread->handle == handle && !thread->joined && handle)
            return thread;
    return NULL;
}

struct check_thread *thread_by_serial(uint64_t serial)
{
    for (struct check_thread *thread = check_state.threads; thread; thread = thread->next)
        if (thread->serial == serial)
            return thread;
    return NULL;
}

struct check_thread *thread_by_tid(int32_t tid)
{
    for (struct check_thread *thread = check_state.threads; thread; thread = thread->next)
        if (thread->tid == tid && !thread->ended)
            return thread;
    return NULL;
}

/* Ended, not waited for by a join, and its destructors have run: nobody looks at it any more. */
static bool is_gone(const struct check_thread *thread)
{
    return thread->ended && (thread->joined || thread->detached) && held_count(thread) == 0 &&
           syscall(SYS_tgkill, thrum_self.pid, thread->tid, 0) != 0;
}

void thread_give_room(struct check_thread *thread, struct held *room, uint32_t capacity)
{
    thread->held = thread->top = thread->hashed = room + 1;
    thread->end = room + capacity;
    memset(room, 0, sizeof(*room));
}

static struct check_thread *new_thread(void)
{
    int saved = errno;
    struct check_thread *thread;

    /* The newest are first: an ended one is met soon where threads come and go. */
    for (thread = check_state.threads; thread; thread = thread->next)
        if (thread->ended && is_gone(thread))
            break;
    errno = saved;
    if (thread) {
        struct check_thread *next = thread->next;
        struct held *room = thread->held - 1;
        uint32_t capacity = (uint32_t)(thread->end - room);

        clock_unref(thread->clock);
        uint64_t sequence = thread->wait.sequence;
        memset(thread, 0, sizeof(*thread));
        thread->next = next;
        thread_give_room(thread, room, capacity);
        thread->wait.sequence = sequence;
        return thread;
    }
    thread = slab_take(&threads);
    if (!thread)
        return NULL;
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
    thread = new_thread();
    if (thread) {
        thread->serial = ++last_serial;
        thread->tid = tid;
        thread->main = tid == pid;
        thread->epoch = 1;
        thread->frame = (uintptr_t)__builtin_frame_address(0);
    }
    thrum_self.check = thread;
    check_unlock(&signals);
    return thread;
}

void thread_spawns(uint64_t number)
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
        creation->clock = clock_join(self->clock, self);
        creation->next = pending;
        pending = creation;
    }
    self->epoch++;
    check_unlock(&signals);
}

static struct check_clock *take_pending(uint64_t number)
{
    for (struct pending **link = &pending; *link; link = &(*link)->next) {
        struct pending *creation = *link;
        struct check_clock *clock = creation->clock;

        if (creation->number != number)
            continue;
        *link = creation->next;
        slab_give(&pendings, creation);
        return clock;
    }
    return NULL;
}

void thread_begins(uint64_t number, uint64_t handle)
{
    struct check_thread *self = thread_self();
    sigset_t signals;

    if (!self)
        return;
    check_lock(&signals);
    self->handle = handle;
    if (number)
        self->clock = take_pending(number);
    check_unlock(&signals);
}

void thread_ends(void)
{
    if (thrum_self.check)
        thrum_self.check->ended = true;
}

void thread_is_joined(uint64_t handle)
{
    struct check_thread *self = thread_self(), *other;
    sigset_t signals;

    if (!self)
        return;
    check_lock(&signals);
    other = thread_by_handle(handle);
    if (other && other != self) {
        struct check_clock *clock = clock_join(self->clock, other);

        if (clock) {
            clock_unref(self->clock);
            self->clock = clock;
        }
        other->joined = other->ended = true;
    }
    check_unlock(&signals);
}

void thread_is_detached(uint64_t handle)
{
    struct check_thread *other;
    sigset_t signals;

    check_lock(&signals);
    other = thread_by_handle(handle);
    if (other)
        other->detached = true;
    check_unlock(&signals);
}

void thread_is_named(uint64_t handle, const char *name)
{
    struct check_thread *other;
    sigset_t signals;

    check_lock(&signals);
    other = thread_by_handle(handle);
    if (other)
        strncpy(other->name, name, NAME_SIZE - 1);
    check_unlock(&signals);
}

void threads_forked(void)
{
    struct check_thread *self = thrum_self.check;

    for (struct check_thread *thread = check_state.threads; thread; thread = thread->next) {
        if (thread == self)
            continue;
        thread->ended = thread->joined = true;
        thread->top = thread->hashed = thread->held;
        thread->tid = 0;
    }
    if (self) {
        /* The raw call: asking thrum for the id makes the child known, and so comes back here. */
        self->tid = (int32_t)syscall(SYS_gettid);
        self->main = true;
    }
}
