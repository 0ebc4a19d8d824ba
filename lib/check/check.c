/* SPDX-License-Identifier: MIT */
/* The checker as a sink: each event of the program's changes what its thread holds, or what it waits for. */
#include "check/check.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "check/fast.h"
#include "check/heap.h"
#include "check/order.h"
#include "check/report.h"
#include "check/semaphore.h"
#include "check/stacks.h"
#include "check/thread.h"
#include "check/waitfor.h"
#include "core/log.h"

static enum env_check wanted;
static __thread bool refused __attribute__((tls_model("initial-exec")));
/* A signal handler that interrupts the checker may not change what is half changed; what it does is left out. */
static __thread volatile bool busy __attribute__((tls_model("initial-exec")));

static bool is_held_kind(uint8_t kind)
{
    switch (kind) {
    case THRUM_kind_mutex:
    case THRUM_kind_rwlock:
    case THRUM_kind_spinlock:
    case THRUM_kind_semaphore:
    case THRUM_kind_lock:
    case THRUM_kind_rlock:
    case THRUM_kind_file_lock:
        return true;
    default:
        return false;
    }
}

/* Room for one more; the old array is lost where it was the first to grow out of. */
static bool make_room(struct check_thread *self)
{
    uint32_t count = held_count(self), capacity = (uint32_t)(self->end - self->held);
    struct held *held;
    sigset_t signals;

    check_lock(&signals);
    held = heap_take((1 + 4 * capacity) * sizeof(*held));
    if (held) {
        memcpy(held, self->held - 1, (1 + count) * sizeof(*held));
        if (self->held != self->first + 1)
            heap_give(self->held - 1, (1 + capacity) * sizeof(*held));
        thread_give_room(self, held, 1 + 4 * capacity);
        self->top = self->held + count;
    }
    check_unlock(&signals);
    return held != NULL;
}

static void hold(struct check_thread *self, uint64_t object, uint8_t kind, uint8_t mode, uint8_t how, const struct check_stack *stack)
{
    uint64_t path = check_path(self->top[-1].path, object, mode);

    if (self->top == self->end && !make_room(self))
        return;
    /* The order was looked at; the next time that is known. */
    if (self->top != self->held)
        *known_slot(self, path) = known_key(path, how);
    held_push(self, object, held_what(kind, mode, how), path, stack);
}

static struct held *find_held(struct check_thread *self, uint64_t object)
{
    return (struct held *)held_find(self, object);
}

/* Got: pushed, once its order was looked at. `waited`: that was done as the wait began. */
static void taken(uint64_t object, uint8_t kind, uint8_t mode, uint8_t how, uint64_t site, uintptr_t frame, bool waited)
{
    struct check_thread *self = thread_self();
    const struct check_stack *stack;
    struct held *held;

    if (!self || !is_held_kind(kind))
        return;
    if (semaphore_is_kind(kind) && !semaphore_taken(object, self->serial))
        return;
    if ((held = find_held(self, object))) {
        held->depth++;
        return;
    }
    stack = stacks_here(self, site, frame);
    *recent_slot(self, site) = (struct recent){site, frame, stack};
    if (held_count(self) > 0 && !waited && how == THRUM_how_block)
        order_take(self, object, kind, mode, stack);
    hold(self, object, kind, mode, how, stack);
}

/* What lies above the place where one was taken out. */
static void find_paths(struct check_thread *self, struct held *from)
{
    for (struct held *held = from; held < self->top; held++)
        held->path = check_path(held[-1].path, held->object, held->mode);
    if (self->hashed > from)
        self->hashed = from;
}

static void given_back(uint64_t object, uint8_t kind)
{
    struct check_thread *self = thread_self();
    struct held *held;

    if (!self || !is_held_kind(kind))
        return;
    if (semaphore_is_kind(kind) && !semaphore_posted(object, self->serial)) {
        order_forget(object);
        return;
    }
    held = find_held(self, object);
    if (!held || --held->depth > 0)
        return;
    memmove(held, held + 1, (size_t)(self->top - held - 1) * sizeof(*held));
    self->top[-1].what = 0;
    atomic_signal_fence(memory_order_seq_cst);
    self->top--;
    find_paths(self, held);
}

void check_acquire(uint64_t object, uint8_t kind, uint8_t mode, uint8_t how, uint64_t site, uintptr_t frame)
{
    int saved = errno;

    self_enter();
    taken(object, kind, mode, how, site, frame, false);
    errno = saved;
    self_leave();
}

void check_release(uint64_t object, uint8_t kind)
{
    int saved = errno;

    self_enter();
    given_back(object, kind);
    errno = saved;
    self_leave();
}

static void blocks(uint64_t object, uint8_t kind, uint8_t mode, uint8_t how, uint64_t site, uintptr_t frame)
{
    struct check_thread *self = thread_self();
    const struct check_stack *stack;

    if (!self)
        return;
    stack = stacks_here(self, site, frame);
    if (held_count(self) > 0 && how == THRUM_how_block && is_held_kind(kind) && !find_held(self, object))
        order_take(self, object, kind, mode, stack);
    if (waitfor_begin(self, &(struct wait_target){.object = object, .kind = kind, .mode = mode, .timed = how != THRUM_how_block, .stack = stack}))
        refused = wanted == ENV_CHECK_BREAK;
}

static void unblocks(const struct thrum_event_acquire_end *end, uintptr_t frame)
{
    if (!thread_self())
        return;
    waitfor_end(thread_self());
    if (end->result == 0 || end->result == EOWNERDEAD)
        taken(end->object, end->kind, end->mode, end->how, end->site, frame, true);
}

static void waits(const struct thrum_event_wait_begin *wait, uintptr_t frame)
{
    struct check_thread *self = thread_self();

    if (!self)
        return;
    if (wait->mutex)
        given_back(wait->mutex, THRUM_kind_mutex);
    waitfor_begin(self, &(struct wait_target){.object = wait->object, .handle = wait->kind == THRUM_kind_thread ? wait->object : 0,
                                              .kind = wait->kind, .mode = THRUM_mode_exclusive, .timed = wait->timeout >= 0,
                                              .stack = stacks_here(self, wait->site, frame)});
}

static void waited(const struct thrum_event_wait_end *wait, uintptr_t frame)
{
    if (!thread_self())
        return;
    waitfor_end(thread_self());
    if (wait->mutex)
        taken(wait->mutex, THRUM_kind_mutex, THRUM_mode_exclusive, THRUM_how_block, wait->site, frame, false);
    if (wait->kind == THRUM_kind_thread && wait->result == 0)
        thread_is_joined(wait->object);
}

static void made(const struct thrum_event_object_init *init)
{
    order_forget(init->object);
    if (init->kind == THRUM_kind_semaphore)
        semaphore_made(init->object, init->value);
    else if (init->kind == THRUM_kind_lock)
        semaphore_made(init->object, 1);
    if (init->type == THRUM_type_prefer_writer_nonrecursive)
        order_nonrecursive_reader(init->object);
}

static void check_event(enum thrum_event_id id, const union thrum_event_record *record, uintptr_t frame)
{
    switch (id) {
    case THRUM_EVENT_acquire:
        taken(record->acquire.object, record->acquire.kind, record->acquire.mode, record->acquire.how, record->acquire.site, frame, false);
        break;
    case THRUM_EVENT_acquire_begin:
        blocks(record->acquire_begin.object, record->acquire_begin.kind, record->acquire_begin.mode, record->acquire_begin.how,
               record->acquire_begin.site, frame);
        break;
    case THRUM_EVENT_acquire_end: unblocks(&record->acquire_end, frame); break;
    case THRUM_EVENT_release: given_back(record->release.object, record->release.kind); break;
    case THRUM_EVENT_wait_begin: waits(&record->wait_begin, frame); break;
    case THRUM_EVENT_wait_end: waited(&record->wait_end, frame); break;
    case THRUM_EVENT_object_init: made(&record->object_init); break;
    case THRUM_EVENT_object_destroy: order_forget(record->object_destroy.object); break;
    case THRUM_EVENT_spawn: thread_spawns(record->spawn.serial); break;
    case THRUM_EVENT_thread_begin: thread_begins(record->thread_begin.serial, record->thread_begin.handle); break;
    case THRUM_EVENT_thread_end: thread_ends(); break;
    case THRUM_EVENT_thread_detach: thread_is_detached(record->thread_detach.handle); break;
    case THRUM_EVENT_thread_name: thread_is_named(record->thread_name.handle, record->thread_name.name); break;
    default: break;
    }
}

static void check_emit(enum thrum_event_id id, const void *data)
{
    if (busy)
        return;
    busy = true;
    check_event(id, data, (uintptr_t)__builtin_frame_address(0));
    busy = false;
}

int check_refusal(void)
{
    bool refuse = refused;

    refused = false;
    return refuse ? EDEADLK : 0;
}

void check_configure(const struct env *env)
{
    wanted = env->check;
    report_configure(env);
}

/*
 * fork copies the state as it is: nobody may be changing it. The handlers run next to the copying, for they are registered
 * early; what others do in between is no event, or it might want the lock.
 */
static sigset_t fork_signals;

static void before_fork(void)
{
    sigset_t signals;

    thrum_self.guard++;
    check_lock(&signals);
    fork_signals = signals;
}

static void after_fork(void)
{
    sigset_t signals = fork_signals;

    check_unlock(&signals);
    thrum_self.guard--;
}

/* The other threads aren't here; what they hold will never be given back. */
static void after_fork_in_child(void)
{
    threads_forked();
    order_forked();
    after_fork();
}

static int check_start(thrum_sink_announce *announce)
{
    (void)announce;
    pthread_atfork(before_fork, after_fork, after_fork_in_child);
    return 0;
}

const struct thrum_sink check_sink = {
    .name = "check",
    .start = check_start,
    .emit = check_emit,
    .stop = report_summary,
};
