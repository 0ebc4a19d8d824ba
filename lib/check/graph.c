/* SPDX-License-Identifier: MIT */
/* The order graph: a table of nodes, and the Pearce-Kelly order over its edges. */
#include "check/graph.h"

#include <string.h>

#include "check/heap.h"

enum { TABLE_FIRST = 1024 };

static uint32_t slot_of(const struct graph *graph, uint64_t object)
{
    return (uint32_t)((object >> 3) * 0x9e3779b97f4a7c15u >> 32) & (graph->table_size - 1);
}

/* A zeroed table twice as large, or the first; NULL where there is no memory, or none needed any more. */
static void *larger(uint32_t size)
{
    return heap_take((size ? 2 * (size_t)size : TABLE_FIRST) * sizeof(void *));
}

static bool grow(struct graph *graph)
{
    uint32_t old_size = graph->table_size;
    struct node **old = graph->table, **table = larger(old_size);

    if (!table)
        return old_size > 0;
    graph->table = table;
    graph->table_size = old_size ? 2 * old_size : TABLE_FIRST;
    for (uint32_t i = 0; i < old_size; i++)
        for (struct node *node = old[i], *next; node; node = next) {
            struct node **chain = &table[slot_of(graph, node->object)];

            next = node->next;
            node->next = *chain;
            *chain = node;
        }
    if (old)
        heap_give(old, old_size * sizeof(*old));
    return true;
}

static struct edge **edge_chain(const struct graph *graph, const struct node *from, const struct node *to)
{
    uint64_t hash = ((uintptr_t)from >> 4) * 0x9e3779b97f4a7c15u ^ ((uintptr_t)to >> 4) * 0xc2b2ae3d27d4eb4fu;

    return &graph->edges_table[(hash ^ hash >> 29) & (graph->edges_table_size - 1)];
}

static bool grow_edges(struct graph *graph)
{
    uint32_t old_size = graph->edges_table_size;
    struct edge **old = graph->edges_table, **table = larger(old_size);

    if (!table)
        return old_size > 0;
    graph->edges_table = table;
    graph->edges_table_size = old_size ? 2 * old_size : TABLE_FIRST;
    for (uint32_t i = 0; i < old_size; i++)
        for (struct edge *edge = old[i], *next; edge; edge = next) {
            struct edge **chain = edge_chain(graph, edge->from, edge->to);

            next = edge->next;
            edge->next = *chain;
            *chain = edge;
        }
    if (old)
        heap_give(old, old_size * sizeof(*old));
    return true;
}

struct node *graph_find(const struct graph *graph, uint64_t object)
{
    if (graph->table_size == 0)
        return NULL;
    for (struct node *node = graph->table[slot_of(graph, object)]; node; node = node->next)
        if (node->object == object)
            return node;
    return NULL;
}

struct node *graph_node_apart(struct graph *graph, struct bundle *bundle)
{
    struct node *node = slab_take(&graph->nodes);

    if (!node)
        return NULL;
    node->bundle = bundle;
    node->rank = ++graph->last_rank;
    return node;
}

struct node *graph_node(struct graph *graph, uint64_t object, uint8_t kind)
{
    struct node *node = graph_find(graph, object), **chain;

    if (node)
        return node;
    if (graph->node_count >= graph->table_size && !grow(graph))
        return NULL;
    node = slab_take(&graph->nodes);
    if (!node)
        return NULL;
    chain = &graph->table[slot_of(graph, object)];
    node->object = object;
    node->kind = kind;
    node->rank = ++graph->last_rank;
    node->next = *chain;
    *chain = node;
    graph->node_count++;
    return node;
}

/* --- Pearce-Kelly --- */

/* Nodes that a search met, linked by `listed`. */
struct met {
    struct node *first;
    uint32_t count;
};

static bool meet(struct met *met, struct node *node, uint64_t search)
{
    if (node->visited == search)
        return false;
    node->visited = search;
    node->listed = met->first;
    met->first = node;
    met->count++;
    return true;
}

/* Nodes above `start` with ranks up to the goal's; true where the goal is among them. */
static bool search_forward(struct graph *graph, struct node *start, const struct node *goal, struct met *met)
{
    uint64_t search = ++graph->searches;
    struct met pending = {NULL, 0};

    meet(&pending, start, search);
    while (pending.first) {
        struct node *node = pending.first;

        pending.first = node->listed;
        node->listed = met->first;
        met->first = node;
        met->count++;
        if (node == goal)
            return true;
        for (struct edge *edge = node->out; edge; edge = edge->next_out)
            if (!edge->back && edge->to->rank <= goal->rank)
                meet(&pending, edge->to, search);
    }
    return false;
}

/* Nodes below `start` with ranks down to the lowest. */
static void search_backward(struct graph *graph, struct node *start, int64_t lowest, struct met *met)
{
    uint64_t search = ++graph->searches;
    struct met pending = {NULL, 0};

    meet(&pending, start, search);
    while (pending.first) {
        struct node *node = pending.first;

        pending.first = node->listed;
        node->listed = met->first;
        met->first = node;
        met->count++;
        for (struct edge *edge = node->in; edge; edge = edge->next_in)
            if (!edge->back && edge->from->rank >= lowest)
                meet(&pending, edge->from, search);
    }
}

/* Sorts a list of nodes by rank, lowest first: merge sort, no memory. */
static struct node *sort_by_rank(struct node *list)
{
    struct node *half = list, *end = list, *second, sorted = {.listed = NULL}, *tail = &sorted;

    if (!list || !list->listed)
        return list;
    while (end->listed && end->listed->listed) {
        half = half->listed;
        end = end->listed->listed;
    }
    second = half->listed;
    half->listed = NULL;
    list = sort_by_rank(list);
    second = sort_by_rank(second);
    while (list && second) {
        struct node **lower = list->rank <= second->rank ? &list : &second;

        tail->listed = *lower;
        tail = *lower;
        *lower = tail->listed;
    }
    tail->listed = list ? list : second;
    return sorted.listed;
}

/*
 * Gives the ranks of both sets anew: the same ranks, in ascending order, first to `before`, then to `after`. The lists are
 * read for their old ranks while the new ones are handed out, so the new ones wait in `visited` until all are.
 */
static void reorder(struct met *before, struct met *after)
{
    struct node *low = sort_by_rank(before->first), *high = sort_by_rank(after->first);
    struct node *from_low = low, *from_high = high, *node = low ? low : high;

    for (bool in_low = low != NULL; node; ) {
        const struct node *lower;

        if (!from_high || (from_low && from_low->rank < from_high->rank)) {
            lower = from_low;
            from_low = from_low->listed;
        } else {
            lower = from_high;
            from_high = from_high->listed;
        }
        node->visited = (uint64_t)lower->rank;
        node = node->listed;
        if (!node && in_low) {
            in_low = false;
            node = high;
        }
    }
    for (node = low; node; node = node->listed)
        node->rank = (int64_t)node->visited, node->visited = 0;
    for (node = high; node; node = node->listed)
        node->rank = (int64_t)node->visited, node->visited = 0;
}

/* Makes room in the order for from → to; false where that closes a cycle. */
static bool order(struct graph *graph, struct node *from, struct node *to)
{
    struct met after = {NULL, 0}, before = {NULL, 0};

    if (from == to)
        return false;
    if (from->rank < to->rank)
        return true;
    if (search_forward(graph, to, from, &after))
        return false;
    search_backward(graph, from, to->rank, &before);
    reorder(&before, &after);
    return true;
}

static void link_edge(struct graph *graph, struct edge *edge)
{
    struct edge **chain = edge_chain(graph, edge->from, edge->to);

    edge->next = *chain;
    *chain = edge;
    edge->next_out = edge->from->out;
    edge->link_out = &edge->from->out;
    if (edge->next_out)
        edge->next_out->link_out = &edge->next_out;
    edge->from->out = edge;
    edge->next_in = edge->to->in;
    edge->link_in = &edge->to->in;
    if (edge->next_in)
        edge->next_in->link_in = &edge->next_in;
    edge->to->in = edge;
}

struct edge *graph_edge(struct graph *graph, struct node *from, struct node *to, bool *fresh)
{
    struct edge *edge;

    *fresh = false;
    if (graph->edge_count >= graph->edges_table_size && !grow_edges(graph))
        return NULL;
    for (edge = *edge_chain(graph, from, to); edge; edge = edge->next)
        if (edge->from == from && edge->to == to)
            return edge;
    edge = slab_take(&graph->edges);
    if (!edge)
        return NULL;
    *fresh = true;
    edge->from = from;
    edge->to = to;
    edge->back = !order(graph, from, to);
    link_edge(graph, edge);
    graph->edge_count++;
    graph->back_count += edge->back;
    return edge;
}

/* --- removal --- */

static void unlink_edge(struct graph *graph, struct edge *edge)
{
    struct edge **chain = edge_chain(graph, edge->from, edge->to);

    while (*chain != edge)
        chain = &(*chain)->next;
    *chain = edge->next;
    *edge->link_out = edge->next_out;
    if (edge->next_out)
        edge->next_out->link_out = edge->link_out;
    *edge->link_in = edge->next_in;
    if (edge->next_in)
        edge->next_in->link_in = edge->link_in;
}

static void remove_edge(struct graph *graph, struct edge *edge, void (*drop)(struct edge *))
{
    unlink_edge(graph, edge);
    graph->edge_count--;
    graph->back_count -= edge->back;
    if (drop)
        drop(edge);
    slab_give(&graph->edges, edge);
}

static void leave_table(struct graph *graph, const struct node *node)
{
    struct node **link = &graph->table[slot_of(graph, node->object)];

    while (*link != node)
        link = &(*link)->next;
    *link = node->next;
    graph->node_count--;
}

void graph_remove(struct graph *graph, struct node *node, void (*drop)(struct edge *))
{
    while (node->out)
        remove_edge(graph, node->out, drop);
    while (node->in)
        remove_edge(graph, node->in, drop);
    if (!node->bundle)
        leave_table(graph, node);
    slab_give(&graph->nodes, node);
}
