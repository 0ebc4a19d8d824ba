/* SPDX-License-Identifier: MIT */
/* Forgets locks that are gone, as far as they can't be part of a problem any more. */
#include "config.h"

#include <stdlib.h>
#include "analyze/lockorder.h"
#include "base/memory.h"

/* Locks of one birth, for counting those that are gone. */
static uint64_t birth_key(const struct object *object)
{
    return lockorder_mix(object->process->id + 1, object->birth_site);
}

uintptr_t lockorder_count_dead(struct lockorder *self, const struct object *object, int change)
{
    uint64_t key = birth_key(object);
    uintptr_t count = (uintptr_t)map_get(&self->dead, key) + (uintptr_t)change;
    if (count)
        map_put(&self->dead, key, (void *)count);
    else
        map_remove(&self->dead, key);
    return count;
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
        lockorder_free_edge(self, edge);
        if (first) {
            other->queued = true;
            (*todo)[(*count)++] = other;
        }
    }
    lockorder_free_node(self, node);
}

void lockorder_prune(struct lockorder *self, struct object *object)
{
    struct node **todo = NULL, *node = object->slots[self->slot];
    uint32_t count = 0, capacity = 0;
    if (!node)
        return;
    if (leads_through(self, node)) {
        node->dead = true;
        if (lockorder_count_dead(self, object, 1) > DEAD_LIKE_KEPT) {
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
