/* SPDX-License-Identifier: MIT */
/* Graphs: edges by node, components by Tarjan's algorithm without recursion, breadth-first search. */
#include "config.h"
#include "analyze/graph.h"

#include <stdlib.h>
#include <string.h>
#include "base/memory.h"

void graph_edge(struct graph *graph, uint32_t from, uint32_t to)
{
    uint32_t capacity = graph->capacity;
    graph->from = memory_grow32(graph->from, graph->edge_count + 1, &capacity, sizeof *graph->from);
    graph->to = memory_grow32(graph->to, graph->edge_count + 1, &graph->capacity, sizeof *graph->to);
    graph->from[graph->edge_count] = from;
    graph->to[graph->edge_count++] = to;
}

/* Edges in the order of the nodes in `by`, and where each node's begin. */
static void sort_edges(const struct graph *graph, const uint32_t *by, uint32_t **begin, uint32_t **sorted)
{
    *begin = memory_new((size_t)graph->node_count + 1, sizeof **begin);
    *sorted = memory_new(graph->edge_count, sizeof **sorted);
    for (uint32_t e = 0; e < graph->edge_count; e++)
        (*begin)[by[e] + 1]++;
    for (uint32_t n = 0; n < graph->node_count; n++)
        (*begin)[n + 1] += (*begin)[n];
    uint32_t *next = memory_copy(*begin, ((size_t)graph->node_count + 1) * sizeof *next);
    for (uint32_t e = 0; e < graph->edge_count; e++)
        (*sorted)[next[by[e]]++] = e;
    free(next);
}

/* What Tarjan's algorithm keeps of nodes. */
struct search {
    uint32_t *index;  /* order of the visit, from 1; 0: not yet */
    uint32_t *low;
    uint32_t *next;   /* place in `out` to go on from */
    uint32_t *open;   /* visited, component not known */
    uint32_t *path;   /* from the root down */
    uint32_t open_count, path_count, visited, components;
};

static void enter(struct search *s, const struct graph *graph, uint32_t node)
{
    s->index[node] = s->low[node] = ++s->visited;
    s->next[node] = graph->out_begin[node];
    s->open[s->open_count++] = node;
    s->path[s->path_count++] = node;
}

static void leave(struct search *s, struct graph *graph, uint32_t node)
{
    s->path_count--;
    if (s->path_count) {
        uint32_t parent = s->path[s->path_count - 1];
        if (s->low[node] < s->low[parent])
            s->low[parent] = s->low[node];
    }
    if (s->low[node] != s->index[node])
        return;
    uint32_t member;
    do {
        member = s->open[--s->open_count];
        graph->component[member] = s->components;
    } while (member != node);
    s->components++;
}

static void visit(struct search *s, struct graph *graph, uint32_t root)
{
    enter(s, graph, root);
    while (s->path_count) {
        uint32_t node = s->path[s->path_count - 1];
        if (s->next[node] == graph->out_begin[node + 1]) {
            leave(s, graph, node);
            continue;
        }
        uint32_t to = graph->to[graph->out[s->next[node]++]];
        if (!s->index[to])
            enter(s, graph, to);
        else if (graph->component[to] == GRAPH_FAR && s->index[to] < s->low[node])
            s->low[node] = s->index[to];
    }
}

static void find_components(struct graph *graph)
{
    uint32_t count = graph->node_count;
    struct search s = {
        .index = memory_new(count, sizeof(uint32_t)), .low = memory_new(count, sizeof(uint32_t)),
        .next = memory_new(count, sizeof(uint32_t)), .open = memory_new(count, sizeof(uint32_t)),
        .path = memory_new(count, sizeof(uint32_t)),
    };
    graph->component = memory_new(count, sizeof(uint32_t));
    memset(graph->component, 0xff, count * sizeof(uint32_t));
    for (uint32_t node = 0; node < count; node++)
        if (!s.index[node])
            visit(&s, graph, node);
    free(s.index);
    free(s.low);
    free(s.next);
    free(s.open);
    free(s.path);
}

void graph_close(struct graph *graph, uint32_t node_count)
{
    graph->node_count = node_count;
    sort_edges(graph, graph->from, &graph->out_begin, &graph->out);
    sort_edges(graph, graph->to, &graph->in_begin, &graph->in);
    find_components(graph);
}

void graph_free(struct graph *graph)
{
    free(graph->from);
    free(graph->to);
    free(graph->out_begin);
    free(graph->out);
    free(graph->in_begin);
    free(graph->in);
    free(graph->component);
    *graph = (struct graph){0};
}

uint32_t graph_distances_to(const struct graph *graph, uint32_t node, uint32_t *distance, uint32_t *queue)
{
    uint32_t count = 0;
    distance[node] = 0;
    queue[count++] = node;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = graph->in_begin[queue[i]]; j < graph->in_begin[queue[i] + 1]; j++) {
            uint32_t from = graph->from[graph->in[j]];
            if (distance[from] != GRAPH_FAR || !graph_on_cycle(graph, graph->in[j]))
                continue;
            distance[from] = distance[queue[i]] + 1;
            queue[count++] = from;
        }
    return count;
}

uint32_t *graph_cycle_through(const struct graph *graph, uint32_t edge, uint32_t *length)
{
    if (!graph_on_cycle(graph, edge))
        return NULL;
    size_t bytes = graph->node_count * sizeof(uint32_t);
    uint32_t *distance = memory_new(1, bytes), *queue = memory_new(1, bytes);
    memset(distance, 0xff, bytes);
    graph_distances_to(graph, graph->from[edge], distance, queue);
    uint32_t node = graph->to[edge], *cycle = memory_new((size_t)distance[node] + 1, sizeof *cycle);
    *length = 0;
    cycle[(*length)++] = edge;
    while (node != graph->from[edge]) {
        uint32_t i = graph->out_begin[node];
        while (distance[graph->to[graph->out[i]]] != distance[node] - 1)
            i++;
        cycle[(*length)++] = graph->out[i];
        node = graph->to[graph->out[i]];
    }
    free(distance);
    free(queue);
    return cycle;
}
