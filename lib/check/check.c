/* SPDX-License-Identifier: MIT */
/* The checker as a sink: each event of the program's changes what its thread holds, or what it waits for. */
#include "check/check.h"

#include <errno.h>
#include <string.h>

#include "check/births.h"
#include "check/failed.h"
#include "check/fast.h"
#include "check/fork.h"
#include "check/handlers.h"
#include "check/heap.h"
#include "check/holders.h"
#include "check/leaving.h"
#include "check/life.h"
#include "check/misuse.h"
#include "check/obliged.h"
#include "check/order.h"
#include "check/query.h"
#include "check/report.h"
#include "check/semaphore.h"
#include "check/stall.h"
#include "check/stacks.h"
#include "check/standstill.h"
#include "check/sync.h"
#include "check/thread.h"
#include "check/waitfor.h"
#include "check/wire.h"
#include "core/python.h"

static enum env_check wanted;
static int dump_signal;
static __thread bool refused __attribute__((tls_model("initial-exec")));
__thread bool check_mapping_ends;

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
    case THRUM_kind_once:
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
    uint64_t below = self->top[-1].path, path = check_path(below, object, kind, mode);

    if (self->top == self->end && !make_room(self)) {
        self->unsure = true;
        return;
    }
    if (!handlers_watch(object) && !order_is_watched(object))
        known_add(self, below, object, known_key(path, how));
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
    const struct walked *walked;
    const struct check_stack *stack;
    struct held *held;

    if (!self || !is_held_kind(kind))
        return;
    walked = stacks_walked(self, site, frame);
    stack = walked->stack;
    misuse_use(self, object, kind, stack);
    if (semaphore_is_kind(kind)) {
        obliged_waited(self);
        sync_takes(self, object);
        if (!semaphore_taken(object, self->serial))
            return;
    }
    if ((held = find_held(self, object))) {
        held->depth++;
        return;
    }
    if (!waited)
        handlers_take(self, object, kind, mode, how, stack);
    if (walked->told_apart)
        stacks_met(self, walked, site, frame);
    if (held_count(self) > 0 && !waited && how == THRUM_how_block)
        order_take(self, object, kind, mode, stack);
    if (how == THRUM_how_block)
        obliged_took(self, object, kind, mode, stack);
    hold(self, object, kind, mode, how, stack);
    stall_taken(self, object);
}

void held_find_paths(struct check_thread *self, struct held *from)
{
    for (struct held *held = from; held < self->top; held++)
        held->path = check_path(held[-1].path, held->object, held->kind, held->mode);
}

void held_take_out(struct check_thread *self, struct held *held)
{
    memmove(held, held + 1, (size_t)(self->top - held - 1) * sizeof(*held));
    self->top[-1].what = 0;
    atomic_signal_fence(memory_order_seq_cst);
    self->top--;
    held_find_paths(self, held);
}

/* Once given back, of what the thread has taken once or more often. */
static void give_back_held(struct check_thread *self, struct held *held, uint8_t kind, uint64_t site, uintptr_t frame)
{
    uint32_t depth = held->depth & ~DEPTH_INCONSISTENT;

    if (held->kind != kind)
        misuse_unlock_as(self, held, kind, stacks_here(self, site, frame));
    else if (depth == 1 && held->depth & DEPTH_INCONSISTENT)
        misuse_inconsistent(self, held, stacks_here(self, site, frame));
    if (depth > 1) {
        held->depth--;
        return;
    }
    stall_given_back(self, held, site, frame);
    held_take_out(self, held);
}

static void given_back(uint64_t object, uint8_t kind, uint8_t mode, uint64_t site, uintptr_t frame)
{
    struct check_thread *self = thread_self();
    struct held *held;

    if (!self || !is_held_kind(kind))
        return;
    if (semaphore_is_kind(kind)) {
        const struct check_stack *stack = stacks_here(self, site, frame);

        obliged_wakes(self, object, kind, stack);
        holders_wake(object);
        misuse_use(self, object, kind, stack);
        sync_posts(self, object);
        if (!semaphore_posted(object, self->serial, find_held(self, object) != NULL)) {
            order_forget(object);
            return;
        }
    }
    held = find_held(self, object);
    if (held)
        give_back_held(self, held, kind, site, frame);
    else
        misuse_unlock(self, object, kind, mode, stacks_here(self, site, frame));
}

void check_acquire(uint64_t object, uint8_t kind, uint8_t mode, uint8_t how, uint64_t site, uintptr_t frame)
{
    int saved = errno;

    if (check_torn)
        return;
    self_enter();
    taken(object, kind, mode, how, site, frame, false);
    errno = saved;
    self_leave();
}

void check_release(uint64_t object, uint8_t kind, uint8_t mode, uint64_t site, uintptr_t frame)
{
    int saved = errno;

    if (check_torn)
        return;
    self_enter();
    given_back(object, kind, mode, site, frame);
    errno = saved;
    self_leave();
}

/* Whether this process knows that others may have it. */
static bool is_shared(uint64_t object, uint8_t kind)
{
    struct birth birth;

    return kind == THRUM_kind_file_lock || (births_find(object, &birth) && birth.shared);
}

static void blocks(uint64_t object, uint8_t kind, uint8_t mode, uint8_t how, uint64_t site, uintptr_t frame)
{
    struct check_thread *self = thread_self();
    const struct check_stack *stack;
    const struct held *held;

    if (!self)
        return;
    stack = stacks_here(self, site, frame);
    misuse_use(self, object, kind, stack);
    held = find_held(self, object);
    if (held && how == THRUM_how_timed && held->mode == THRUM_mode_exclusive && held->kind == kind && !semaphore_is_kind(kind))
        misuse_relock(self, held, stack);
    if (!held && is_held_kind(kind))
        handlers_take(self, object, kind, mode, how, stack);
    if (held_count(self) > 0 && how == THRUM_how_block && is_held_kind(kind) && !held)
        order_take(self, object, kind, mode, stack);
    if (how == THRUM_how_block && is_shared(object, kind))
        wire_shares();
    if (how == THRUM_how_block)
        leaving_blocks(self, object, kind, mode, stack);
    struct wait_target target = {.object = object, .kind = kind, .mode = mode, .timed = how != THRUM_how_block, .stack = stack};

    if (kind == THRUM_kind_semaphore)
        obliged_waits(self, &target);
    if (waitfor_begin(self, &target))
        refused = wanted == ENV_CHECK_BREAK;
}

static void unblocks(const struct thrum_event_acquire_end *end, uintptr_t frame)
{
    if (!thread_self())
        return;
    waitfor_end(thread_self());
    if (end->result == 0 || end->result == EOWNERDEAD)
        taken(end->object, end->kind, end->mode, end->how, end->site, frame, true);
    if (end->result == EOWNERDEAD) {
        struct held *held = find_held(thread_self(), end->object);

        if (held)
            held->depth |= DEPTH_INCONSISTENT;
    }
}

static void made_consistent(uint64_t object)
{
    struct held *held = thread_self() ? find_held(thread_self(), object) : NULL;

    if (held)
        held->depth &= ~DEPTH_INCONSISTENT;
}

static void failed_to_take(const struct thrum_event_acquire_fail *fail, uintptr_t frame)
{
    if (thread_self() && fail->kind == THRUM_kind_mutex && fail->result == EINVAL)
        misuse_invalid(thread_self(), fail->object, fail->kind, stacks_here(thread_self(), fail->site, frame));
}

static const char *const unsafe_waits[] = {
    [THRUM_kind_condition] = "pthread_cond_wait", [THRUM_kind_barrier] = "pthread_barrier_wait", [THRUM_kind_thread] = "pthread_join"};

static void look_at_wait(struct check_thread *self, const struct wait_target *target)
{
    if (self->handling && target->kind < sizeof(unsafe_waits) / sizeof(unsafe_waits[0]) && unsafe_waits[target->kind])
        handlers_unsafe(self, unsafe_waits[target->kind], 0, 0, target->stack);
    if (target->kind == THRUM_kind_thread) {
        misuse_join(self, target->object, target->stack);
        thread_joins(target->object);
    } else {
        misuse_use(self, target->object, target->kind, target->stack);
    }
    if (target->kind == THRUM_kind_barrier) {
        obliged_wakes(self, target->object, target->kind, target->stack);
        births_arrive(target->object);
        sync_arrives(self, target->object);
    }
    if (target->mutex)
        misuse_cond_wait(self, target->object, target->mutex, find_held(self, target->mutex), target->stack);
}

/* pthread_cond_wait() unlocks a recursive mutex once; the library's own conditions let go of theirs altogether. */
static void drop_mutex(struct check_thread *self, struct wait_target *target, uint64_t site, uintptr_t frame)
{
    struct held *held = find_held(self, target->mutex);

    if (!held)
        return;
    target->mutex_kind = held->kind;
    target->mutex_depth = held->depth;
    if (held->kind == THRUM_kind_rlock)
        held_take_out(self, held);
    else
        given_back(target->mutex, held->kind, THRUM_mode_exclusive, site, frame);
}

static void waits(const struct thrum_event_wait_begin *wait, uintptr_t frame)
{
    struct check_thread *self = thread_self();

    if (!self)
        return;
    struct wait_target target = {.object = wait->object, .handle = wait->kind == THRUM_kind_thread ? wait->object : 0, .kind = wait->kind,
                                 .mode = THRUM_mode_exclusive, .timed = wait->timeout >= 0, .stack = stacks_here(self, wait->site, frame),
                                 .mutex = wait->mutex, .mutex_kind = THRUM_kind_mutex};
    look_at_wait(self, &target);
    if (wait->mutex)
        drop_mutex(self, &target, wait->site, frame);
    obliged_waits(self, &target);
    waitfor_begin(self, &target);
}

static void take_mutex_again(struct check_thread *self, const struct thrum_event_wait_end *wait, uintptr_t frame)
{
    struct held *held;

    taken(wait->mutex, self->wait.mutex_kind, THRUM_mode_exclusive, THRUM_how_block, wait->site, frame, false);
    if (self->wait.mutex_kind == THRUM_kind_rlock && self->wait.mutex_depth > 1 && (held = find_held(self, wait->mutex)))
        held->depth = self->wait.mutex_depth;
}

static void waited(const struct thrum_event_wait_end *wait, uintptr_t frame)
{
    if (!thread_self())
        return;
    waitfor_end(thread_self());
    obliged_waited(thread_self());
    /* What the call refused to wait with it didn't drop, either. */
    if (wait->mutex && ((wait->result != EPERM && wait->result != EINVAL) || thread_self()->wait.mutex_depth > 0))
        take_mutex_again(thread_self(), wait, frame);
    if (wait->kind == THRUM_kind_barrier && wait->result != 0)
        sync_spoiled(wait->object);
    if (wait->kind == THRUM_kind_barrier)
        sync_leaves(thread_self(), wait->object);
    if (wait->kind == THRUM_kind_thread && wait->result == 0)
        thread_is_joined(wait->object);
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
    case THRUM_EVENT_acquire_fail: failed_to_take(&record->acquire_fail, frame); break;
    case THRUM_EVENT_release:
        given_back(record->release.object, record->release.kind, record->release.mode, record->release.site, frame);
        break;
    case THRUM_EVENT_wait_begin: waits(&record->wait_begin, frame); break;
    case THRUM_EVENT_wait_end: waited(&record->wait_end, frame); break;
    case THRUM_EVENT_object_init: life_made(&record->object_init, frame); break;
    case THRUM_EVENT_object_name: births_named(record->object_name.object); break;
    case THRUM_EVENT_object_destroy: life_ends(&record->object_destroy, frame); break;
    case THRUM_EVENT_object_consistent: made_consistent(record->object_consistent.object); break;
    case THRUM_EVENT_wake: life_woken(record->wake.object, record->wake.kind, record->wake.site, frame); break;
    case THRUM_EVENT_spawn: life_spawns(&record->spawn, frame); break;
    case THRUM_EVENT_spawn_end: thread_is_spawned(record->spawn_end.serial, record->spawn_end.handle); break;
    case THRUM_EVENT_thread_begin:
        thread_begins(record->thread_begin.serial, record->thread_begin.handle, python_is_interpreter(record->thread_begin.routine));
        break;
    case THRUM_EVENT_thread_end:
        if (thrum_self.check)
            obliged_wakes(thrum_self.check, thrum_self.check->handle, THRUM_kind_thread, &check_nowhere);
        thread_ends();
        break;
    case THRUM_EVENT_thread_detach: thread_is_detached(record->thread_detach.handle); break;
    case THRUM_EVENT_thread_name: thread_is_named(record->thread_name.handle, record->thread_name.name); break;
    case THRUM_EVENT_interrupt_send: life_interrupts(&record->interrupt_send); break;
    case THRUM_EVENT_interrupt_begin: life_handles(&record->interrupt_begin, thrum_self.handlers > 0); break;
    case THRUM_EVENT_interrupt_end:
        if (thrum_self.check && record->interrupt_end.means == THRUM_means_signal && thrum_self.handlers > 0)
            handlers_leave(thrum_self.check, record->interrupt_end.signal);
        break;
    case THRUM_EVENT_process_end:
        obliged_all_end();
        leaving_process_ends();
        report_summary();
        break;
    default: break;
    }
}

/*
 * A signal handler may come between any two instructions here, and its events with it: what is shared is changed with signals
 * blocked, a thread's held objects are as they were when it leaves, and its wait is put by meanwhile (handlers.c).
 */
static void check_emit(enum thrum_event_id id, const void *data)
{
    if (!check_torn)
        check_event(id, data, (uintptr_t)__builtin_frame_address(0));
}

int check_refusal(void)
{
    bool refuse = refused;

    refused = false;
    return refuse ? EDEADLK : 0;
}

int check_sleeps(const _Atomic uint32_t *word, uint32_t expected)
{
    struct check_thread *self = thrum_self.check;
    bool found;

    if (check_torn || !self || self->wait.sequence % 2 == 0 || self->wait.timed)
        return 0;
    self_enter();
    found = standstill_look(self, &(struct standstill_sleep){word, expected});
    self_leave();
    return found && is_held_kind(self->wait.kind) && wanted == ENV_CHECK_BREAK ? EDEADLK : 0;
}

void check_configure(const struct env *env)
{
    wanted = env->check;
    dump_signal = env->dump_signal;
    report_configure(env);
    stall_configure(env);
}

static int check_start(thrum_sink_announce *announce)
{
    (void)announce;
    fork_watch();
    if (dump_signal)
        query_on_signal(dump_signal);
    wire_begins();
    stall_start();
    return 0;
}

const struct thrum_sink check_sink = {
    .name = "check",
    .start = check_start,
    .emit = check_emit,
    .fork_prepare = fork_begins_bare,
    .fork_parent = fork_ended_bare,
    .fork_child = fork_ended_bare_in_child,
    .fork_returned = stall_start,
};
