/* SPDX-License-Identifier: MIT */
/*
 * Locks and signal handlers. Two tables: locks that were taken in handlers, with their signals, and locks that were held
 * outside while signals with a handler might come. The second is filled where an acquire is off the fast path: at the
 * first by each path of calls, and for locks of the first table always.
 */
#include "check/handlers.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check/births.h"
#include "check/check.h"
#include "check/fast.h"
#include "check/order.h"
#include "check/report.h"
#include "check/semaphore.h"
#include "check/waitfor.h"
#include "core/objects.h"

enum { TAKEN = 256, EXPOSED = 1 << 12, CHAIN = 16, SEARCH = 4096, SIGNALS = 64 };

/* A lock and the signals that it has to do with. */
struct entry {
    _Atomic uint64_t object;
    _Atomic uint64_t signals;
    const struct check_stack *stack;
    uint64_t serial;
    int32_t tid;
    uint8_t kind, mode;
    char name[NAME_SIZE];
};

static struct entry taken[TAKEN], exposed[EXPOSED];
static atomic_uint taken_count;
static _Atomic uint64_t installed; /* signals that have a handler */

static uint64_t bit_of(int signal)
{
    return signal > 0 && signal <= SIGNALS ? (uint64_t)1 << (signal - 1) : 0;
}

/* What is taken from now on is looked at once more. */
static void look_anew(void)
{
    atomic_fetch_add_explicit(&check_epoch, CHECK_EPOCH, memory_order_relaxed);
}

void check_handler(int signal, bool set)
{
    uint64_t was = set ? atomic_fetch_or(&installed, bit_of(signal)) : atomic_fetch_and(&installed, ~bit_of(signal));

    if (set && !(was & bit_of(signal)))
        look_anew();
}

/* What an instruction of the thread's own raises comes at that instruction, not while some lock is held: a virtual machine
 * throws exceptions by them. */
static bool is_fault(int signal)
{
    return signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE || signal == SIGILL || signal == SIGTRAP;
}

void handlers_enter(struct check_thread *self, int signal)
{
    if (self->handlers++ < INTERRUPTED) {
        self->interrupted[self->handlers - 1] = self->wait;
        waitfor_end(self);
    }
    /* Sent by the thread to itself: it comes where the program wants it. */
    if (self->raising == signal) {
        self->raising = 0;
        return;
    }
    if (is_fault(signal))
        return;
    self->handling |= bit_of(signal);
    self->known = known_nothing;
}

void handlers_leave(struct check_thread *self, int signal)
{
    self->handling &= ~bit_of(signal);
    if (!self->handling)
        self->known = self->known_outside;
    if (self->handlers > 0 && --self->handlers < INTERRUPTED)
        waitfor_again(self, &self->interrupted[self->handlers]);
}

void handlers_exits(struct check_thread *self)
{
    self->handling = 0;
    self->known = self->known_outside;
}

void handlers_raises(struct check_thread *self, int signal)
{
    self->raising = signal;
}

static struct entry *entry_of(struct entry *table, unsigned size, uint64_t object)
{
    return &table[check_mix(5, object) % size];
}

static void fill(struct entry *entry, const struct check_thread *self, uint64_t object, uint8_t kind, uint8_t mode, uint64_t signals,
                 const struct check_stack *stack)
{
    atomic_store(&entry->object, object);
    atomic_store(&entry->signals, signals);
    entry->stack = stack;
    entry->serial = self->serial;
    entry->tid = self->tid;
    entry->kind = kind;
    entry->mode = mode;
    memcpy(entry->name, self->name, NAME_SIZE);
}

/* --- from a lock taken in a handler to one that is exposed --- */

/* "SIGUSR1" in a sentence, in memory of its own for each of the two uses. */
static const char *with_signal(char *text, size_t size, const char *before, uint64_t signals, const char *after)
{
    const char *name = sigabbrev_np(__builtin_ctzll(signals) + 1);
    const char *parts[] = {before, name ? "SIG" : "a signal", name ? name : "", after};
    size_t used = 0;

    for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        for (const char *at = parts[i]; *at && used < size - 1; at++)
            text[used++] = *at;
    text[used] = 0;
    return text;
}

static struct report_part entry_part(const struct entry *entry, const char *verb)
{
    return (struct report_part){
        .tid = entry->tid, .name = entry->name, .verb = verb, .object = {entry->object, entry->stack, entry->kind, entry->mode}};
}

/* A way through the order graph, from the lock taken in the handler. */
struct way {
    const struct entry *from, *to;
    const struct witness *steps[CHAIN];
    uint32_t length, left;
    uint64_t mark;
};

static void tell(const struct way *way)
{
    static char first[96], last[96];
    struct report_part parts[2 + CHAIN];
    uint64_t both = way->from->signals & way->to->signals;
    uint32_t count = 0;

    parts[count++] = entry_part(way->from, with_signal(first, sizeof(first), "takes, in a handler of ", both, ","));
    for (uint32_t i = 0; i < way->length && i < 2; i++) {
        const struct record *record = way->steps[i]->record;

        parts[count++] = (struct report_part){
            .tid = record->tid, .name = record->thread, .verb = "holds that, and takes", .object = record->wanted};
    }
    parts[count++] = entry_part(way->to, with_signal(last, sizeof(last), "holds, while ", both, " may come,"));
    report_misuse(THRUM_FINDING_lock_in_handler, true, NULL, parts, count);
}

static bool conflicts(const struct entry *from, const struct entry *to)
{
    return (from->signals & to->signals) && !(from->mode == THRUM_mode_shared && to->mode == THRUM_mode_shared);
}

/* Who holds and takes is another thread than the one that the signal interrupts. */
static const struct witness *other_witness(const struct edge *edge, uint64_t serial)
{
    const struct witness *witness = edge->witnesses;

    while (witness && witness->record->serial == serial)
        witness = witness->next;
    return witness;
}

static bool search(struct way *way, struct node *node);

/* One step: true where the way on from there leads to such a lock. */
static bool search_step(struct way *way, struct edge *edge)
{
    const struct entry *to = entry_of(exposed, EXPOSED, edge->to->object);
    const struct witness *witness;

    if (!(witness = other_witness(edge, to->object == edge->to->object ? to->serial : 0)))
        return false;
    way->steps[way->length++] = witness;
    way->to = to;
    if (to->object == edge->to->object && (way->from->signals & to->signals))
        return true;
    if (way->length < CHAIN && search(way, edge->to))
        return true;
    way->length--;
    return false;
}

/*
 * Depth first; true where the way leads to a lock that is exposed to the same signal. What was taken under a lock that lies
 * in bundles is a step from the lock: bundles that were met are kept in a list.
 */
static bool search(struct way *way, struct node *node)
{
    for (struct node *bundles = NULL; node; node = bundles, bundles = bundles ? bundles->listed : NULL)
        for (struct edge *edge = node->out; edge && way->left > 0; edge = edge->next_out) {
            way->left--;
            if (edge->to->visited == way->mark)
                continue;
            edge->to->visited = way->mark;
            if (edge->to->bundle) {
                edge->to->listed = bundles;
                bundles = edge->to;
            } else if (search_step(way, edge)) {
                return true;
            }
        }
    return false;
}

static void look(const struct entry *from)
{
    const struct entry *to = entry_of(exposed, EXPOSED, from->object);
    struct way way = {.from = from, .to = to, .left = SEARCH};
    struct node *node;

    if (to->object == from->object && conflicts(from, to)) {
        tell(&way);
        return;
    }
    node = graph_find(&check_state.graph, from->object);
    if (!node)
        return;
    way.mark = ++check_state.graph.searches;
    node->visited = way.mark;
    if (search(&way, node))
        tell(&way);
}

static void look_at_all(void)
{
    for (unsigned i = 0; i < TAKEN; i++)
        if (taken[i].object)
            look(&taken[i]);
}

/* --- what is learnt at an acquire --- */

/* One whose holder may take it again has nothing to fear from a handler of its own. */
static bool is_recursive(uint64_t object, uint8_t kind)
{
    enum { KIND_AT = 16, PAGE = 4096, TYPE = 3, RECURSIVE = 1 };
    struct birth birth;

    if (kind != THRUM_kind_mutex)
        return kind == THRUM_kind_rlock;
    if (births_find(object, &birth))
        return birth.type == THRUM_type_recursive;
    return object % PAGE + KIND_AT + sizeof(int) <= PAGE && (*(const volatile int *)(uintptr_t)(object + KIND_AT) & TYPE) == RECURSIVE;
}

static void take_in_handler(struct check_thread *self, uint64_t object, uint8_t kind, uint8_t mode, const struct check_stack *stack)
{
    struct entry *entry = entry_of(taken, TAKEN, object);
    sigset_t signals;

    if ((entry->object == object && !(self->handling & ~entry->signals)) || is_recursive(object, kind))
        return;
    check_lock(&signals);
    fill(entry, self, object, kind, mode, self->handling | (entry->object == object ? entry->signals : 0), stack);
    atomic_fetch_add(&taken_count, 1);
    look_anew();
    look(entry);
    check_unlock(&signals);
}

static uint64_t open_signals(void)
{
    uint64_t blocked = 0;

    syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &blocked, sizeof(blocked));
    return atomic_load_explicit(&installed, memory_order_relaxed) & ~blocked;
}

static void take_outside(struct check_thread *self, uint64_t object, uint8_t kind, uint8_t mode, const struct check_stack *stack)
{
    struct entry *entry = entry_of(exposed, EXPOSED, object);
    uint64_t known = entry->object == object ? entry->signals : 0, open;
    sigset_t signals;

    if (!(atomic_load_explicit(&installed, memory_order_relaxed) & ~known) || !((open = open_signals()) & ~known))
        return;
    check_lock(&signals);
    fill(entry, self, object, kind, mode, open | known, stack);
    if (atomic_load(&taken_count) > 0)
        look_at_all();
    check_unlock(&signals);
}

void handlers_take(struct check_thread *self, uint64_t object, uint8_t kind, uint8_t mode, uint8_t how, const struct check_stack *stack)
{
    if (semaphore_is_kind(kind) || kind == THRUM_kind_file_lock)
        return;
    if (!self->handling)
        take_outside(self, object, kind, mode, stack);
    else if (how == THRUM_how_block)
        take_in_handler(self, object, kind, mode, stack);
}

void handlers_unblocked(struct check_thread *self)
{
    if (self->handling || !handlers_are_there())
        return;
    for (const struct held *held = self->held; held < self->top; held++)
        if (held->depth > 0 && !semaphore_is_kind(held->kind) && held->kind != THRUM_kind_file_lock)
            take_outside(self, held->object, held->kind, held->mode, held->stack);
}

bool handlers_watch(uint64_t object)
{
    return atomic_load_explicit(&taken_count, memory_order_relaxed) > 0 && entry_of(taken, TAKEN, object)->object == object;
}

void handlers_unsafe(struct check_thread *self, const char *function, uint64_t object, uint8_t kind, const struct check_stack *stack)
{
    static char verb[160], calls[96];
    struct report_part part = {.thread = self, .verb = verb, .object = {object, stack, kind, THRUM_mode_exclusive}};
    sigset_t signals;

    if (!self->handling)
        return;
    check_lock(&signals);
    *verb = 0;
    if (kind)
        strcpy(verb, with_signal(calls, sizeof(calls), "in a handler of ", self->handling, ", "));
    strcat(verb, "calls ");
    strncat(verb, function, sizeof(verb) - strlen(verb) - 1);
    strncat(verb, kind ? "() on" : "() in a handler of", sizeof(verb) - strlen(verb) - 1);
    if (!kind) {
        part.object.kind = THRUM_kind_signal;
        part.object.object = (uint64_t)__builtin_ctzll(self->handling) + 1;
    }
    report_misuse(THRUM_FINDING_unsafe_in_handler, true, NULL, &part, 1);
    check_unlock(&signals);
}

static void drop(struct entry *entry, uint64_t object)
{
    uint64_t expected = object;

    atomic_compare_exchange_strong(&entry->object, &expected, 0);
}

void handlers_forget(uint64_t object)
{
    if (!atomic_load_explicit(&installed, memory_order_relaxed))
        return;
    drop(entry_of(taken, TAKEN, object), object);
    drop(entry_of(exposed, EXPOSED, object), object);
}

/* A process that is forked in a handler goes on there as others do in main(), and soon has handlers of its own. */
void handlers_forked(struct check_thread *self)
{
    if (self) {
        self->handling = 0;
        self->known = self->known_outside;
    }
    for (unsigned i = 0; i < TAKEN; i++)
        atomic_store(&taken[i].object, 0);
    for (unsigned i = 0; i < EXPOSED; i++)
        atomic_store(&exposed[i].object, 0);
}

bool handlers_are_there(void)
{
    return atomic_load_explicit(&installed, memory_order_relaxed) != 0;
}
