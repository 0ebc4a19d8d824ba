/* SPDX-License-Identifier: MIT */
/* What is done to an object that may not be done to it. */
#include "check/misuse.h"

#include "check/births.h"
#include "check/holders.h"
#include "check/report.h"
#include "check/symbol.h"
#include "check/thread.h"

/* --- saying so --- */

/* One thread did it; another, where there is one, has something to do with the object, too. */
struct misuse {
    enum thrum_finding finding;
    const char *message, *verb; /* message NULL: the kind's own */
    struct check_thread *self;
    uint64_t object;
    uint8_t kind;
    const struct check_stack *stack;
    struct report_part other; /* verb NULL: there is none */
};

/* Under the lock. */
static void say(const struct misuse *misuse)
{
    const struct check_thread *other = misuse->other.thread;

    struct report_part parts[] = {
        {.thread = misuse->self, .verb = misuse->verb, .object = {misuse->object, misuse->stack, misuse->kind, THRUM_mode_exclusive}}, misuse->other};

    misuse->self->accused = misuse->object;
    if (other && other != misuse->self)
        ((struct check_thread *)other)->stolen = misuse->object;
    report_misuse(misuse->finding, false, misuse->message, parts, misuse->other.verb ? 2 : 1);
}

static void say_locked(const struct misuse *misuse)
{
    sigset_t signals;

    check_lock(&signals);
    say(misuse);
    check_unlock(&signals);
}

static struct report_part holder_part(const struct check_thread *holder, const struct held *how)
{
    return (struct report_part){.thread = holder, .verb = "holds", .object = {how->object, how->stack, how->kind, how->mode}};
}

static struct report_part waiter_part(const struct check_thread *waiter, const struct wait *wait)
{
    return (struct report_part){
        .thread = waiter, .verb = wait->kind == THRUM_kind_condition ? "waits on" : "waits for", .object = {wait->object, wait->stack, wait->kind, wait->mode}};
}

static struct report_part destroyer_part(uint64_t object, const struct grave *grave)
{
    return (struct report_part){.tid = grave->tid, .verb = "destroyed", .object = {object, grave->stack, grave->kind, THRUM_mode_exclusive}};
}

/* --- unlock --- */

/* Kinds whose holder alone gives them back. */
static bool is_owned(uint8_t kind)
{
    return kind == THRUM_kind_mutex || kind == THRUM_kind_rwlock || kind == THRUM_kind_spinlock || kind == THRUM_kind_rlock;
}

void misuse_unlock(struct check_thread *self, uint64_t object, uint8_t kind, uint8_t mode, const struct check_stack *stack)
{
    struct misuse misuse = {.verb = "unlocks", .self = self, .object = object, .kind = kind, .stack = stack};
    const struct check_thread *holder;
    struct grave grave;
    struct held how;
    sigset_t signals;

    if (!is_owned(kind) || self->unsure)
        return;
    check_lock(&signals);
    holder = holders_other(self, object, &how);
    if (holder) {
        misuse.finding = THRUM_FINDING_unlock_not_owner;
        misuse.other = holder_part(holder, &how);
        say(&misuse);
    } else if (mode == THRUM_mode_unknown && births_grave(object, &grave) && grave.kind == kind) {
        misuse.finding = THRUM_FINDING_use_after_destroy;
        misuse.other = destroyer_part(object, &grave);
        say(&misuse);
    } else if (mode == THRUM_mode_unknown) {
        misuse.finding = THRUM_FINDING_unlock_not_held;
        say(&misuse);
    }
    check_unlock(&signals);
}

static const char *const unlocks_as[] = {
    [THRUM_kind_mutex] = "unlocks, as a mutex,",
    [THRUM_kind_rwlock] = "unlocks, as a read-write lock,",
    [THRUM_kind_spinlock] = "unlocks, as a spinlock,",
    [THRUM_kind_semaphore] = "posts, as a semaphore,",
};

static const char *const uses_as[] = {
    [THRUM_kind_mutex] = "uses, as a mutex,",       [THRUM_kind_rwlock] = "uses, as a read-write lock,",
    [THRUM_kind_spinlock] = "uses, as a spinlock,", [THRUM_kind_semaphore] = "uses, as a semaphore,",
    [THRUM_kind_condition] = "uses, as a condition,", [THRUM_kind_barrier] = "uses, as a barrier,",
};

#define WORD_OF(words, kind) ((kind) < sizeof(words) / sizeof((words)[0]) ? (words)[kind] : NULL)

void misuse_unlock_as(struct check_thread *self, const struct held *held, uint8_t kind, const struct check_stack *stack)
{
    const char *verb = WORD_OF(unlocks_as, kind);

    if (verb)
        say_locked(&(struct misuse){.finding = THRUM_FINDING_wrong_kind, .verb = verb, .self = self, .object = held->object, .kind = held->kind,
                                    .stack = stack, .other = holder_part(self, held)});
}

void misuse_inconsistent(struct check_thread *self, const struct held *held, const struct check_stack *stack)
{
    say_locked(&(struct misuse){.finding = THRUM_FINDING_robust_inconsistent, .verb = "unlocks", .self = self, .object = held->object,
                                .kind = held->kind, .stack = stack, .other = holder_part(self, held)});
}

/* --- use --- */

/* Kinds that have no static initialiser: after a destroy only an init call makes one anew. */
static bool needs_init(uint8_t kind)
{
    return kind == THRUM_kind_semaphore || kind == THRUM_kind_spinlock || kind == THRUM_kind_barrier;
}

void misuse_use(struct check_thread *self, uint64_t object, uint8_t kind, const struct check_stack *stack)
{
    struct grave grave;
    struct birth birth;

    if (births_grave(object, &grave)) {
        if (grave.kind == kind && needs_init(kind))
            say_locked(&(struct misuse){.finding = THRUM_FINDING_use_after_destroy, .verb = "uses", .self = self, .object = object, .kind = kind,
                                        .stack = stack, .other = destroyer_part(object, &grave)});
        births_end(object, kind, 0, NULL);
    }
    /* Memory that isn't static may have become something else without our knowing: where a function's variables were. */
    if (births_find(object, &birth) && birth.kind != kind && birth.kind && WORD_OF(uses_as, kind) && symbol_is_static(object))
        say_locked(&(struct misuse){.finding = THRUM_FINDING_wrong_kind, .verb = WORD_OF(uses_as, kind), .self = self, .object = object,
                                    .kind = birth.kind, .stack = stack});
}

void misuse_invalid(struct check_thread *self, uint64_t object, uint8_t kind, const struct check_stack *stack)
{
    struct misuse misuse = {.verb = "uses", .self = self, .object = object, .kind = kind, .stack = stack};
    struct grave grave;
    struct birth birth;

    if (births_grave(object, &grave) && grave.kind == kind) {
        misuse.finding = THRUM_FINDING_use_after_destroy;
        misuse.other = destroyer_part(object, &grave);
        say_locked(&misuse);
    } else if (!births_find(object, &birth)) {
        misuse.finding = THRUM_FINDING_use_before_init;
        say_locked(&misuse);
    }
}

void misuse_relock(struct check_thread *self, const struct held *held, const struct check_stack *stack)
{
    say_locked(&(struct misuse){.finding = THRUM_FINDING_relock, .verb = "waits for", .self = self, .object = held->object, .kind = held->kind,
                                .stack = stack, .other = holder_part(self, held)});
}

/* --- end and init --- */

/* Threads stand at a barrier that not enough have come to. */
static bool is_barrier_waited_for(uint64_t object)
{
    struct birth birth;

    return births_find(object, &birth) && birth.kind == THRUM_kind_barrier && birth.value > 0 && birth.arrived % birth.value != 0;
}

/* A stack that ends has no call that ends it. */
static const char *ending_of(uint8_t kind, bool mapping, const struct check_stack *stack)
{
    return kind != THRUM_kind_unknown ? "destroys" : stack->count == 0 ? "ends, and its stack with" : mapping ? "unmaps the memory of" : "frees the memory of";
}

static bool may_not_end(uint8_t kind)
{
    return is_owned(kind) || kind == THRUM_kind_condition || kind == THRUM_kind_semaphore || kind == THRUM_kind_lock || kind == THRUM_kind_barrier;
}

/* Another thread that holds it or waits for it. Under the lock. */
static bool find_user(struct check_thread *self, uint64_t object, struct misuse *misuse)
{
    const struct check_thread *other;
    struct wait wait;
    struct held how;

    if ((other = holders_other(self, object, &how)) && is_owned(how.kind))
        misuse->other = holder_part(other, &how);
    else if ((other = holders_waiter(self, object, &wait)) && may_not_end(wait.kind))
        misuse->other = waiter_part(other, &wait);
    else
        return false;
    misuse->kind = misuse->other.object.kind;
    return true;
}

/* Whether to look through all threads for a holder: no lock that is held begins with a zero, but for glibc's spinlocks. */
static bool may_be_held(uint64_t object, uint8_t kind, bool mapping)
{
    if (kind == THRUM_kind_semaphore || kind == THRUM_kind_lock || kind == THRUM_kind_condition || kind == THRUM_kind_barrier || object >> 63)
        return false;
    return mapping || kind == THRUM_kind_spinlock || *(const volatile uint32_t *)(uintptr_t)object != 0;
}

static void end_own(struct check_thread *self, const struct misuse *misuse)
{
    const struct held *held = held_find(self, misuse->object);
    struct misuse own = *misuse;

    if (!held || !is_owned(held->kind))
        return;
    own.kind = held->kind;
    own.other = holder_part(self, held);
    say_locked(&own);
}

void misuse_end(struct check_thread *self, uint64_t object, uint8_t kind, bool mapping, const struct check_stack *stack)
{
    struct misuse misuse = {.finding = kind == THRUM_kind_unknown ? THRUM_FINDING_free_held : THRUM_FINDING_destroy_held,
                            .verb = ending_of(kind, mapping, stack), .self = self, .object = object, .kind = kind, .stack = stack};
    sigset_t signals;

    if (held_count(self) > 0)
        end_own(self, &misuse);
    if (is_barrier_waited_for(object)) {
        misuse.finding = THRUM_FINDING_barrier_misuse;
        misuse.kind = THRUM_kind_barrier;
        check_lock(&signals);
        find_user(self, object, &misuse);
        say(&misuse);
        check_unlock(&signals);
    } else if (may_be_held(object, kind, mapping) || (holders_may_wait(object) && kind != THRUM_kind_barrier)) {
        check_lock(&signals);
        if (find_user(self, object, &misuse))
            say(&misuse);
        check_unlock(&signals);
    }
    births_end(object, kind, self->tid, kind == THRUM_kind_unknown ? NULL : stack);
}

void misuse_init(struct check_thread *self, uint64_t object, uint8_t kind, const struct check_stack *stack)
{
    struct misuse misuse = {.finding = THRUM_FINDING_reinit, .verb = "initialises", .self = self, .object = object, .kind = kind, .stack = stack};
    const struct held *own = held_count(self) > 0 ? held_find(self, object) : NULL;
    struct birth birth;
    sigset_t signals;

    if (own && is_owned(own->kind)) {
        misuse.other = holder_part(self, own);
        say_locked(&misuse);
    } else if (is_barrier_waited_for(object)) {
        misuse.finding = THRUM_FINDING_barrier_misuse;
        say_locked(&misuse);
    } else if (kind != THRUM_kind_barrier && (births_find(object, &birth) || holders_may_wait(object))) {
        check_lock(&signals);
        if (find_user(self, object, &misuse))
            say(&misuse);
        check_unlock(&signals);
    }
}

/* --- conditions and joins --- */

enum { CONDITIONS = 1 << 10 };

/* The mutex that was used with a condition last, by hash of the condition. */
static struct {
    _Atomic uint64_t cond, mutex;
} conditions[CONDITIONS];

/* Whether the condition was waited on with another mutex; remembers this one. */
static bool was_with_another(uint64_t cond, uint64_t mutex)
{
    unsigned slot = (unsigned)(check_mix(4, cond) % CONDITIONS);
    bool another = atomic_load(&conditions[slot].cond) == cond && atomic_load(&conditions[slot].mutex) != mutex;

    if (another || atomic_load_explicit(&conditions[slot].cond, memory_order_relaxed) != cond) {
        atomic_store(&conditions[slot].mutex, mutex);
        atomic_store(&conditions[slot].cond, cond);
    }
    return another;
}

static void look_for_two_mutexes(struct misuse *misuse, uint64_t cond, uint64_t mutex)
{
    const struct check_thread *waiter;
    struct wait wait;
    sigset_t signals;

    check_lock(&signals);
    waiter = holders_waiter(misuse->self, cond, &wait);
    if (waiter && wait.mutex && wait.mutex != mutex) {
        struct report_part parts[] = {
            {.thread = misuse->self, .verb = "waits on", .object = {cond, misuse->stack, THRUM_kind_condition, THRUM_mode_exclusive}},
            {.thread = misuse->self, .verb = "with", .object = {mutex, &check_nowhere, THRUM_kind_mutex, THRUM_mode_exclusive}},
            waiter_part(waiter, &wait),
            {.thread = waiter, .verb = "with", .object = {wait.mutex, &check_nowhere, THRUM_kind_mutex, THRUM_mode_exclusive}},
        };
        report_misuse(THRUM_FINDING_cond_two_mutexes, false, NULL, parts, 4);
    }
    check_unlock(&signals);
}

void misuse_cond_wait(struct check_thread *self, uint64_t cond, uint64_t mutex, const struct held *held, const struct check_stack *stack)
{
    struct misuse misuse = {.verb = "waits with", .self = self, .object = mutex, .kind = THRUM_kind_mutex, .stack = stack};
    const struct check_thread *holder;
    struct birth birth;
    struct held how;
    sigset_t signals;

    if (!held && !self->unsure && !(births_find(mutex, &birth) && birth.kind != THRUM_kind_mutex)) {
        misuse.finding = THRUM_FINDING_cond_mutex_not_held;
        check_lock(&signals);
        if ((holder = holders_other(self, mutex, &how)))
            misuse.other = holder_part(holder, &how);
        say(&misuse);
        check_unlock(&signals);
    } else if (held && held->kind == THRUM_kind_mutex && held->depth > 1) {
        misuse.finding = THRUM_FINDING_cond_recursive;
        misuse.other = holder_part(self, held);
        say_locked(&misuse);
    }
    if (was_with_another(cond, mutex) && holders_may_wait(cond))
        look_for_two_mutexes(&misuse, cond, mutex);
}

void misuse_join(struct check_thread *self, uint64_t handle, const struct check_stack *stack)
{
    struct misuse misuse = {.finding = THRUM_FINDING_join_detached, .verb = "joins", .self = self, .object = handle, .kind = THRUM_kind_thread, .stack = stack};
    const struct check_thread *other;
    sigset_t signals;

    check_lock(&signals);
    other = thread_last_with(handle);
    if (other && (other->detached || other->joined) && !other->forked) {
        misuse.other = (struct report_part){.thread = other, .verb = other->detached ? "was detached:" : "was joined before:",
                                            .object = {handle, &check_nowhere, THRUM_kind_thread, THRUM_mode_exclusive}};
        say(&misuse);
    }
    check_unlock(&signals);
}
