/* SPDX-License-Identifier: MIT */
/* What is taken under what: a set of what was seen, in front of the graph. */
#include "check/order.h"

#include <string.h>

#include "check/bundle.h"
#include "check/clock.h"
#include "check/cycle.h"
#include "check/fast.h"
#include "check/heap.h"
#include "check/seen.h"
#include "check/semaphore.h"
#include "check/tell.h"
#include "check/wire.h"
#include "check/thread.h"

enum { PLACES = 1 << 16, WITNESSES_MAX = 16, SAME_MAX = 4, WATCHED = 64, LOOKS = 10000 };

/* By place of the address: how many nodes the graph has there, and whether readers of what lives there queue. */
static struct {
    _Atomic uint32_t nodes; /* changed under the lock */
    _Atomic bool nonrecursive;
} places[PLACES];

/* By hash: what is watched, and for how many takings yet. What was watched last isn't watched again: there would be no end. */
static struct {
    _Atomic uint64_t object;
    uint64_t last;
    uint32_t looks;
} watched[WATCHED];
static _Atomic uint32_t watched_count; /* how many places were ever used */

uint32_t order_forks;
_Atomic uint64_t check_epoch;

void order_forked(void)
{
    order_forks++;
    atomic_fetch_add_explicit(&check_epoch, CHECK_EPOCH, memory_order_relaxed);
}

#define PLACE(object) places[objects_place(object) % PLACES]

void order_nonrecursive_reader(uint64_t object)
{
    atomic_store_explicit(&PLACE(object).nonrecursive, true, memory_order_relaxed);
}

static unsigned watch_place(uint64_t object)
{
    return (unsigned)(check_mix(9, object) % WATCHED);
}

bool order_is_watched(uint64_t object)
{
    return atomic_load_explicit(&watched_count, memory_order_relaxed) > 0 &&
           atomic_load_explicit(&watched[watch_place(object)].object, memory_order_relaxed) == object;
}

void order_watch(uint64_t object)
{
    unsigned place = watch_place(object);

    if (watched[place].object || watched[place].last == object)
        return;
    watched[place].last = object;
    watched[place].looks = LOOKS;
    atomic_store_explicit(&watched[place].object, object, memory_order_relaxed);
    atomic_fetch_add_explicit(&watched_count, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&check_epoch, CHECK_EPOCH, memory_order_relaxed);
}

/* Under the lock. */
static void watch_less(uint64_t object)
{
    unsigned place = watch_place(object);

    if (watched[place].object == object && --watched[place].looks == 0)
        atomic_store_explicit(&watched[place].object, 0, memory_order_relaxed);
}

static size_t record_size(uint32_t held)
{
    return sizeof(struct record) + held * sizeof(struct record_object);
}

static void record_unref(struct record *record)
{
    if (--record->references > 0)
        return;
    if (record->by->serial == record->serial)
        record->by->witnesses--;
    clock_unref(record->clock);
    bundle_unref(record->bundle);
    heap_give(record, record_size(record->room));
}

/* What is held and in no bundle. */
static void take_held(struct record *record, const struct check_thread *self)
{
    uint32_t bundled = record->bundle ? record->bundle->groups * BUNDLE : 0;

    for (uint32_t i = record->bundle && record->bundle->odd == 0 ? bundled : 0; i < held_count(self); i++) {
        const struct held *held = &self->held[i];

        if (held->depth > 0 && semaphore_is_held(held) && (i >= bundled || semaphore_is_kind(held->kind)))
            record->held[record->held_count++] = (struct record_object){held->object, held->stack, held->kind, held->mode};
    }
}

static struct record *record_new(struct check_thread *self, const struct record_object *wanted, uint64_t hash)
{
    struct bundle *bundle = bundle_of(self);
    uint32_t room = held_count(self) - (bundle ? bundle->groups * BUNDLE - bundle->odd : 0);
    struct record *record = heap_take(record_size(room));

    if (!record)
        return NULL;
    record->references = 1;
    record->room = room;
    record->bundle = bundle;
    bundle_ref(bundle);
    record->by = self;
    record->serial = self->serial;
    record->hash = hash;
    record->clock = clock_ref(self->clock);
    record->epoch = self->recorded = self->epoch;
    record->forks = order_forks;
    record->tid = self->tid;
    memcpy(record->thread, self->name, NAME_SIZE);
    record->wanted = *wanted;
    record->recursive_read =
        wanted->mode == THRUM_mode_shared &&
        !atomic_load_explicit(&PLACE(wanted->object).nonrecursive, memory_order_relaxed);
    take_held(record, self);
    self->witnesses++;
    return record;
}

static bool is_like(const struct record *one, const struct record *other)
{
    return one->serial == other->serial && one->hash == other->hash && one->forks == other->forks;
}

/* What came before at the same time is more likely to meet others than what comes now: it has less before it. */
static bool is_witnessed(const struct edge *edge, const struct record *record, bool at_any_time)
{
    for (const struct witness *witness = edge->witnesses; witness; witness = witness->next)
        if (is_like(witness->record, record) && (at_any_time || witness->record->epoch == record->epoch))
            return true;
    return false;
}

static void drop_witness(struct edge *edge, struct witness **link)
{
    struct witness *witness = *link;

    *link = witness->next;
    edge->witness_count--;
    record_unref(witness->record);
    heap_give(witness, sizeof(*witness));
}

/* Of those of one kind, from other times, the oldest gives way, for there is no end to them. */
static void make_room(struct edge *edge, const struct record *record)
{
    struct witness **oldest = NULL;
    unsigned same = 0;

    for (struct witness **link = &edge->witnesses; *link; link = &(*link)->next)
        if (is_like((*link)->record, record)) {
            oldest = link;
            same++;
        }
    if (oldest && (same >= SAME_MAX || edge->witness_count >= WITNESSES_MAX))
        drop_witness(edge, oldest);
}

bool order_witness(struct edge *edge, struct record *record, uint32_t index)
{
    struct witness *witness;
    bool again = order_is_watched(record->wanted.object);

    if (is_witnessed(edge, record, !again))
        return false;
    if (again)
        make_room(edge, record);
    if (edge->witness_count >= WITNESSES_MAX)
        return false;
    witness = heap_take(sizeof(*witness));
    if (!witness)
        return false;
    *witness = (struct witness){.next = edge->witnesses, .record = record, .index = index};
    record->references++;
    edge->witnesses = witness;
    edge->witness_count++;
    return true;
}

struct node *order_node(const struct record_object *object)
{
    if (record_has_seats(object))
        return NULL;
    uint32_t before = check_state.graph.node_count;
    struct node *node = graph_node(&check_state.graph, object->object, object->kind);

    if (check_state.graph.node_count > before)
        atomic_fetch_add_explicit(&PLACE(object->object).nodes, 1, memory_order_relaxed);
    return node;
}

static void tell_below(const struct record *record)
{
    struct holding below = {record, record->bundle, record->held_count};

    for (const struct record_object *held; tell_others() && (held = holding_next(&below)); )
        tell_edge(held, &record->wanted);
}

/* One edge: from one of the held, or (`index` is how many there are) from the bundles below. */
static void learn_edge(struct record *record, uint32_t index, struct node *from, struct node *wanted)
{
    bool fresh = false;
    struct edge *edge = graph_edge(&check_state.graph, from, wanted, &fresh);
    bool again = edge && is_witnessed(edge, record, true);

    if (fresh && index == record->held_count)
        tell_below(record);
    else if (fresh)
        tell_edge(&record->held[index], &record->wanted);
    if (!edge || !order_witness(edge, record, index))
        return;
    if (index < record->held_count && !again)
        wire_edge(record, index);
    if (check_state.graph.back_count > 0)
        cycle_search(edge, edge->witnesses);
}

/* Puts every pair of held and wanted into the graph; cycles are looked for where one could have come about. */
static void learn(struct record *record)
{
    struct node *wanted = order_node(&record->wanted), *held;

    for (uint32_t i = 0; wanted && i < record->held_count; i++)
        if ((held = order_node(&record->held[i])))
            learn_edge(record, i, held, wanted);
    if (wanted && record->bundle)
        learn_edge(record, record->held_count, record->bundle->node, wanted);
}

void order_take(struct check_thread *self, uint64_t object, uint8_t kind, uint8_t mode, const struct check_stack *stack)
{
    uint64_t hash = check_path(self->top[-1].path, object, kind, mode);
    uint64_t key = check_mix(hash, self->serial + ((uint64_t)order_forks << 48));
    struct record *record;
    sigset_t signals;

    if (seen_has(key) && !order_is_watched(object))
        return;
    check_lock(&signals);
    watch_less(object);
    record = record_new(self, &(struct record_object){object, stack, kind, mode}, hash);
    if (record) {
        learn(record);
        record_unref(record);
    }
    seen_add(key, check_state.graph.edge_count);
    check_unlock(&signals);
}

void order_drop_edge(struct edge *edge)
{
    for (struct witness *witness = edge->witnesses, *next; witness; witness = next) {
        next = witness->next;
        record_unref(witness->record);
        heap_give(witness, sizeof(*witness));
    }
}

void order_forget(uint64_t object)
{
    struct node *node;
    sigset_t signals;

    objects_anew(object);
    if (atomic_load_explicit(&PLACE(object).nodes, memory_order_relaxed) == 0)
        return;
    check_lock(&signals);
    node = graph_find(&check_state.graph, object);
    if (node) {
        bundle_leaves(node);
        graph_remove(&check_state.graph, node, order_drop_edge);
        if (watched[watch_place(object)].last == object)
            watched[watch_place(object)].last = 0;
        atomic_fetch_sub_explicit(&PLACE(object).nodes, 1, memory_order_relaxed);
    }
    check_unlock(&signals);
}
