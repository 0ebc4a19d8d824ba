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

/* The set of these, which are sorted, counted as used once more. */
static struct gates *gates_keep(struct lockorder *self, const struct gate *at, uint32_t count)
{
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
    gates->uses++;
    return gates;
}

/* What a thread holds but one lock. */
static struct gates *gates_held(struct lockorder *self, const struct thread *thread, const struct object *wanted)
{
    struct gate *at = memory_new(thread->held_count, sizeof *at);
    uint32_t count = 0;
    for (uint32_t i = 0; i < thread->held_count; i++)
        if (thread->held[i].object != wanted)
            at[count++] = (struct gate){thread->held[i].object, thread->held[i].mode};
    qsort(at, count, sizeof *at, by_id);
    struct gates *gates = gates_keep(self, at, count);
    free(at);
    return gates;
}

/* What is in both; held for reading only if it is so in one of them. */
static struct gates *gates_common(struct lockorder *self, const struct gates *a, const struct gates *b)
{
    struct gate *at = memory_new(a->count, sizeof *at);
    uint32_t count = 0;
    for (uint32_t i = 0, j = 0; i < a->count && j < b->count;) {
        if (a->at[i].object == b->at[j].object) {
            at[count++] = a->at[i].mode == THRUM_mode_shared ? a->at[i] : b->at[j];
            i++, j++;
        } else if (a->at[i].object->id < b->at[j].object->id)
            i++;
        else
            j++;
    }
    struct gates *gates = gates_keep(self, at, count);
    free(at);
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

/* Locks of one birth, for counting those that are gone. */
static uint64_t birth_key(const struct object *object)
{
    return mix(object->process->id + 1, object->birth_site);
}

static uintptr_t count_dead(struct lockorder *self, const struct object *object, int change)
{
    uint64_t key = birth_key(object);
    uintptr_t count = (uintptr_t)map_get(&self->dead, key) + (uintptr_t)change;
    if (count)
        map_put(&self->dead, key, (void *)count);
    else
        map_remove(&self->dead, key);
    return count;
}

static void free_node(struct lockorder *self, struct node *node)
{
    if (node->dead)
        count_dead(self, node->object, -1);
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
    uint32_t segment = life_of(&self->lives, thread)->segment;
    for (uint32_t i = 0; i < thread->held_count; i++) {
        const struct hold *hold = &thread->held[i];
        if (hold->object == wanted->object || !object_is_lock(hold->object))
            continue;
        struct witness witness = {.thread = thread, .gates = gates_held(self, thread, wanted->object),
                                  .held = taking_of_hold(hold), .wanted = *wanted, .runs = {{segment, segment}}, .run_count = 1};
        add_witness(self, edge_of(self, hold->object, wanted->object), &witness);
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

enum { PAIRS = 4096 }; /* where there are more to compare, the answer is yes */

/* Whether a thread that comes by one edge may have to wait for another, that holds it and goes on by the next edge. */
static bool meet_there(const struct lockorder *self, const struct edge *in, const struct edge *out)
{
    if ((uint64_t)in->witness_count * out->witness_count > PAIRS)
        return true;
    for (uint32_t i = 0; i < in->witness_count; i++)
        for (uint32_t j = 0; j < out->witness_count; j++)
            if (witnesses_meet(self, in->witnesses[i], out->witnesses[j]))
                return true;
    return false;
}

/* Whether a cycle that isn't ruled out can lead through a node to which no more will be added. */
static bool leads_through(const struct lockorder *self, const struct node *node)
{
    if ((uint64_t)node->in_count * node->out_count > PAIRS)
        return true;
    for (uint32_t i = 0; i < node->in_count; i++)
        for (uint32_t j = 0; j < node->out_count; j++)
            if (meet_there(self, node->in[i], node->out[j]))
                return true;
    return false;
}

/* Takes out a node; those of its neighbours that are gone and may lie on no cycle any more are appended to `todo`. */
static void take_out(struct lockorder *self, struct node *node, struct node ***todo, uint32_t *count, uint32_t *capacity)
{
    *todo = memory_grow32(*todo, *count + node->out_count + node->in_count, capacity, sizeof **todo);
    while (node->out_count || node->in_count) {
        struct edge *edge = node->out_count ? node->out[node->out_count - 1] : node->in[node->in_count - 1];
        struct node *other = edge->held == node ? edge->wanted : edge->held;
        bool first = !other->queued && other->dead;
        free_edge(self, edge);
        if (first) {
            other->queued = true;
            (*todo)[(*count)++] = other;
        }
    }
    free_node(self, node);
}

void lockorder_prune(struct lockorder *self, struct object *object)
{
    struct node **todo = NULL, *node = object->slots[self->slot];
    uint32_t count = 0, capacity = 0;
    if (!node)
        return;
    if (leads_through(self, node)) {
        node->dead = true;
        if (count_dead(self, object, 1) > DEAD_LIKE_KEPT) {
            self->left_out++;
            lockorder_forget(self, object);
        }
        return;
    }
    take_out(self, node, &todo, &count, &capacity);
    while (count) {
        node = todo[--count];
        node->queued = false;
        if (!leads_through(self, node))
            take_out(self, node, &todo, &count, &capacity);
    }
    free(todo);
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
