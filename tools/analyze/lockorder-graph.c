/* SPDX-License-Identifier: MIT */
/* The graph of lock orders: nodes, edges, witnesses, and what can be forgotten. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include "analyze/lockorder.h"
#include "trace/memory.h"

static uint64_t mix(uint64_t sum, uint64_t more)
{
    sum = (sum ^ more) * 0x9e3779b97f4a7c15u;
    return sum ^ (sum >> 29);
}

/* --- sets of locks held together --- */

static int by_id(const void *one, const void *other)
{
    uint64_t a = ((const struct gate *)one)->object->id, b = ((const struct gate *)other)->object->id;
    return (a > b) - (a < b);
}

static bool gates_are(const struct gates *gates, const struct gate *at, uint32_t count)
{
    for (uint32_t i = 0; i < count && gates->count == count; i++)
        if (gates->at[i].object != at[i].object || gates->at[i].mode != at[i].mode)
            return false;
    return gates->count == count;
}

static struct gates *gates_find(struct gates *gates, const struct gate *at, uint32_t count)
{
    while (gates && !gates_are(gates, at, count))
        gates = gates->next;
    return gates;
}

/* The set of what a thread holds but one lock, counted as used once more. */
static struct gates *gates_held(struct lockorder *self, const struct thread *thread, const struct object *wanted)
{
    struct gate *at = memory_new(thread->held_count, sizeof *at);
    uint32_t count = 0;
    for (uint32_t i = 0; i < thread->held_count; i++)
        if (thread->held[i].object != wanted)
            at[count++] = (struct gate){thread->held[i].object, thread->held[i].mode};
    qsort(at, count, sizeof *at, by_id);
    uint64_t hash = count;
    for (uint32_t i = 0; i < count; i++)
        hash = mix(hash, at[i].object->id << 2 | at[i].mode);
    struct gates *first = map_get(&self->gates, hash), *gates = gates_find(first, at, count);
    if (!gates) {
        gates = memory_new(1, sizeof *gates + count * sizeof *at);
        gates->next = first;
        gates->hash = hash;
        gates->count = count;
        memcpy(gates->at, at, count * sizeof *at);
        for (uint32_t i = 0; i < count; i++)
            object_ref(at[i].object);
        map_put(&self->gates, hash, gates);
    }
    free(at);
    gates->uses++;
    return gates;
}

static void gates_unuse(struct lockorder *self, struct gates *gates)
{
    if (--gates->uses)
        return;
    struct gates *first = map_get(&self->gates, gates->hash);
    if (first != gates) {
        while (first->next != gates)
            first = first->next;
        first->next = gates->next;
    } else if (gates->next)
        map_put(&self->gates, gates->hash, gates->next);
    else
        map_remove(&self->gates, gates->hash);
    for (uint32_t i = 0; i < gates->count; i++)
        object_unref(gates->at[i].object);
    free(gates);
}

/* --- witnesses --- */

/* The thread did it again, in its current segment. */
static void note_segment(struct witness *witness, uint32_t segment)
{
    struct run *last = &witness->runs[witness->run_count - 1];
    if (segment == last->last)
        return;
    if (witness->run_count == SEGMENT_RUNS)
        last->last = segment;
    else
        witness->runs[witness->run_count++] = (struct run){segment, segment};
}

static struct taking keep(struct taking taking)
{
    object_ref(taking.object);
    return taking;
}

/* The witness of a thread, or of any where `thread` is NULL. */
static struct witness *find_witness(const struct edge *edge, const struct thread *thread, const struct gates *gates,
                                    enum thrum_mode held, enum thrum_mode wanted)
{
    for (uint32_t i = 0; i < edge->witness_count; i++) {
        struct witness *witness = edge->witnesses[i];
        if ((witness->thread == thread || !thread) && witness->gates == gates && witness->held.mode == held &&
            witness->wanted.mode == wanted)
            return witness;
    }
    return NULL;
}

/* Takes over the use of `gates`. */
static void add_witness(struct lockorder *self, struct edge *edge, struct thread *thread, struct gates *gates,
                        struct taking held, const struct taking *wanted)
{
    struct life *life = life_of(&self->lives, thread);
    struct witness *witness = find_witness(edge, thread, gates, held.mode, wanted->mode);
    if (witness)
        note_segment(witness, life->segment);
    if (!witness && edge->witness_count == WITNESSES) {
        edge->more = true;
        edge->more_gates |= !find_witness(edge, NULL, gates, held.mode, wanted->mode);
    }
    if (witness || edge->witness_count == WITNESSES) {
        gates_unuse(self, gates);
        return;
    }
    witness = memory_new(1, sizeof *witness);
    *witness = (struct witness){.thread = thread_ref(thread), .gates = gates, .held = keep(held), .wanted = keep(*wanted),
                                .runs = {{life->segment, life->segment}}, .run_count = 1};
    life->uses++;
    edge->witnesses = memory_grow32(edge->witnesses, edge->witness_count + 1, &edge->witness_capacity,
                                    sizeof *edge->witnesses);
    edge->witnesses[edge->witness_count++] = witness;
}

static void free_witness(struct lockorder *self, struct witness *witness)
{
    life_of(&self->lives, witness->thread)->uses--;
    gates_unuse(self, witness->gates);
    object_unref(witness->held.object);
    object_unref(witness->wanted.object);
    thread_unref(witness->thread);
    free(witness);
}

/* --- nodes and edges --- */

static struct node *node_of(struct lockorder *self, struct object *object)
{
    struct node *node = object->slots[self->slot];
    if (node)
        return node;
    node = memory_new(1, sizeof *node);
    node->object = object_ref(object);
    node->number = self->node_count;
    self->nodes = memory_grow32(self->nodes, self->node_count + 1, &self->node_capacity, sizeof *self->nodes);
    self->nodes[self->node_count++] = node;
    object->slots[self->slot] = node;
    return node;
}

static void free_node(struct lockorder *self, struct node *node)
{
    struct node *last = self->nodes[--self->node_count];
    self->nodes[node->number] = last;
    last->number = node->number;
    node->object->slots[self->slot] = NULL;
    object_unref(node->object);
    free(node->out);
    free(node->in);
    free(node);
}

static struct edge *edge_of(struct lockorder *self, struct object *held, struct object *wanted)
{
    uint64_t key = analysis_order_key(held, wanted);
    struct edge *edge = map_get(&self->edges, key);
    if (edge)
        return edge;
    struct node *from = node_of(self, held), *to = node_of(self, wanted);
    edge = memory_new(1, sizeof *edge);
    *edge = (struct edge){.held = from, .wanted = to, .out_index = from->out_count, .in_index = to->in_count};
    from->out = memory_grow32(from->out, from->out_count + 1, &from->out_capacity, sizeof *from->out);
    from->out[from->out_count++] = edge;
    to->in = memory_grow32(to->in, to->in_count + 1, &to->in_capacity, sizeof *to->in);
    to->in[to->in_count++] = edge;
    map_put(&self->edges, key, edge);
    return edge;
}

static void free_edge(struct lockorder *self, struct edge *edge)
{
    struct node *from = edge->held, *to = edge->wanted;
    from->out[edge->out_index] = from->out[--from->out_count];
    from->out[edge->out_index]->out_index = edge->out_index;
    to->in[edge->in_index] = to->in[--to->in_count];
    to->in[edge->in_index]->in_index = edge->in_index;
    map_remove(&self->edges, analysis_order_key(from->object, to->object));
    for (uint32_t i = 0; i < edge->witness_count; i++)
        free_witness(self, edge->witnesses[i]);
    free(edge->witnesses);
    free(edge);
}

/* --- what the analysis calls --- */

/* Whether all of this was added before; if not, it is from now on. */
static bool is_known(struct lockorder *self, struct thread *thread, const struct taking *wanted)
{
    uint64_t sum = mix(thread->id + 1, life_of(&self->lives, thread)->segment);
    sum = mix(sum, wanted->object->id << 2 | wanted->mode);
    for (uint32_t i = 0; i < thread->held_count; i++)
        sum = mix(sum, thread->held[i].object->id << 2 | thread->held[i].mode);
    sum |= 1; /* 0 is an empty place */
    uint64_t *place = &self->seen[sum >> 32 & (SEEN_PLACES - 1)];
    bool known = *place == sum;
    *place = sum;
    return known;
}

void lockorder_want(struct lockorder *self, struct thread *thread, const struct taking *wanted)
{
    const struct hold *own = thread_hold(thread, wanted->object);
    /* Its own already: it is recursive, or waits for itself, or has it only since this acquire. */
    if ((own && thread->blocked.what != BLOCKING_no) || is_known(self, thread, wanted))
        return;
    for (uint32_t i = 0; i < thread->held_count; i++) {
        const struct hold *hold = &thread->held[i];
        if (hold->object == wanted->object || !object_is_lock(hold->object))
            continue;
        add_witness(self, edge_of(self, hold->object, wanted->object), thread, gates_held(self, thread, wanted->object),
                    taking_of_hold(hold), wanted);
    }
}

void lockorder_forget(struct lockorder *self, struct object *object)
{
    struct node *node = object->slots[self->slot];
    if (!node)
        return;
    while (node->out_count)
        free_edge(self, node->out[node->out_count - 1]);
    while (node->in_count)
        free_edge(self, node->in[node->in_count - 1]);
    free_node(self, node);
}

/*
 * A node that is gone and has no way in, or no way out, lies on no cycle and never will; without it the same may be true
 * of its neighbours that are gone.
 */
void lockorder_prune(struct lockorder *self, struct object *object)
{
    struct node **todo = NULL;
    uint32_t count = 0, capacity = 0;
    struct node *first = object->slots[self->slot];
    if (!first || (first->in_count && first->out_count))
        return;
    todo = memory_grow32(todo, ++count, &capacity, sizeof *todo);
    todo[0] = first;
    while (count) {
        struct node *node = todo[--count];
        struct object *gone = node->object;
        todo = memory_grow32(todo, count + node->out_count + node->in_count, &capacity, sizeof *todo);
        while (node->out_count || node->in_count) {
            struct edge *edge = node->out_count ? node->out[node->out_count - 1] : node->in[node->in_count - 1];
            struct node *other = edge->held == node ? edge->wanted : edge->held;
            bool had_both = other->in_count && other->out_count;
            free_edge(self, edge);
            if (had_both && other->object->destroyed && (!other->in_count || !other->out_count))
                todo[count++] = other;
        }
        object_ref(gone); /* freeing the node may give back the last reference, the node's own */
        free_node(self, node);
        object_unref(gone);
    }
    free(todo);
}

void lockorder_free(struct lockorder *self)
{
    while (self->node_count)
        lockorder_forget(self, self->nodes[self->node_count - 1]->object);
    lives_end(&self->lives);
    model_unsubscribe(self->model, self->slot);
    map_free(&self->edges);
    map_free(&self->gates);
    free(self->nodes);
    free(self);
}
