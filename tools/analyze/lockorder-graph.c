/* SPDX-License-Identifier: MIT */
/* The graph of lock orders: nodes, edges, witnesses, and what can be forgotten. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include "analyze/lockorder.h"
#include "base/memory.h"

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

/* How many witnesses of an edge are that thread with these modes; *same: the one with just these gates, *last: the last. */
static uint32_t find_witness(const struct edge *edge, const struct witness *like, struct witness **same, struct witness **last)
{
    uint32_t count = 0;
    *same = *last = NULL;
    for (uint32_t i = 0; i < edge->witness_count && !*same; i++) {
        struct witness *witness = edge->witnesses[i];
        if (witness->thread != like->thread || witness->held.mode != like->held.mode ||
            witness->wanted.mode != like->wanted.mode)
            continue;
        count++;
        *last = witness;
        if (witness->gates == like->gates)
            *same = witness;
    }
    return count;
}

/* Makes a witness stand for another one too. */
static void merge_witness(struct lockorder *self, struct witness *witness, const struct witness *other)
{
    struct gates *common = gates_common(self, witness->gates, other->gates);
    gates_unuse(self, witness->gates);
    witness->gates = common;
    witness->anyone |= witness->thread != other->thread;
    note_segment(witness, other->runs[0].last);
}

/* Takes over the use of its gates. */
static void add_witness(struct lockorder *self, struct edge *edge, const struct witness *new)
{
    struct witness *same, *last;
    uint32_t alike = find_witness(edge, new, &same, &last);
    if (same)
        note_segment(same, new->runs[0].last);
    else if (alike >= GATE_SETS)
        merge_witness(self, last, new);
    else if (edge->witness_count >= WITNESSES)
        merge_witness(self, edge->witnesses[edge->witness_count - 1], new);
    else {
        struct witness *witness = memory_copy(new, sizeof *new);
        thread_ref(witness->thread);
        object_ref(witness->held.object);
        object_ref(witness->wanted.object);
        life_of(&self->lives, witness->thread)->uses++;
        edge->witnesses = memory_grow32(edge->witnesses, edge->witness_count + 1, &edge->witness_capacity,
                                        sizeof *edge->witnesses);
        edge->witnesses[edge->witness_count++] = witness;
        return;
    }
    gates_unuse(self, new->gates);
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

void lockorder_free_node(struct lockorder *self, struct node *node)
{
    if (node->dead)
        lockorder_count_dead(self, node->object, -1);
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

void lockorder_free_edge(struct lockorder *self, struct edge *edge)
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
    uint64_t sum = lockorder_mix(thread->id + 1, life_of(&self->lives, thread)->segment);
    sum = lockorder_mix(sum, wanted->object->id << 2 | wanted->mode);
    for (uint32_t i = 0; i < thread->held_count; i++)
        sum = lockorder_mix(sum, thread->held[i].object->id << 2 | thread->held[i].mode);
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
    uint32_t segment = life_of(&self->lives, thread)->segment;
    struct gates *gates = gates_held(self, thread, wanted->object);
    for (uint32_t i = 0; i < thread->held_count; i++) {
        const struct hold *hold = &thread->held[i];
        if (hold->object == wanted->object || !object_is_lock(hold->object))
            continue;
        struct witness witness = {.thread = thread, .gates = gates_use(gates), .held = taking_of_hold(hold),
                                  .wanted = *wanted, .runs = {{segment, segment}}, .run_count = 1};
        add_witness(self, edge_of(self, hold->object, wanted->object), &witness);
    }
    gates_unuse(self, gates);
}

void lockorder_add_wait(struct lockorder *self, const struct predict_order *order)
{
    uint32_t last = life_of(&self->lives, order->thread)->segment;
    struct witness witness = {.thread = order->thread, .gates = gates_of(self, order->holding, order->holding_count),
                              .held = order->held, .wanted = order->wanted, .runs = {{0, last}}, .run_count = 1};
    struct edge *edge = edge_of(self, order->held.object, order->wanted.object);
    edge->waits = true;
    add_witness(self, edge, &witness);
}

void lockorder_forget(struct lockorder *self, struct object *object)
{
    struct node *node = object->slots[self->slot];
    if (!node)
        return;
    while (node->out_count)
        lockorder_free_edge(self, node->out[node->out_count - 1]);
    while (node->in_count)
        lockorder_free_edge(self, node->in[node->in_count - 1]);
    lockorder_free_node(self, node);
}

void lockorder_free(struct lockorder *self)
{
    while (self->node_count)
        lockorder_forget(self, self->nodes[self->node_count - 1]->object);
    lives_end(&self->lives);
    model_unsubscribe(self->model, self->slot);
    map_free(&self->dead);
    map_free(&self->edges);
    map_free(&self->gates);
    free(self->nodes);
    free(self);
}
