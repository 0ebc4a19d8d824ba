/* SPDX-License-Identifier: MIT */
/* Directed graphs of nodes 0, 1, 2 ...: strongly connected components and shortest cycles. */
#ifndef THRUM_ANALYZE_GRAPH_H
#define THRUM_ANALYZE_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GRAPH_FAR UINT32_MAX /* the distance of what can't be reached */

/* All zero is empty. */
struct graph {
    uint32_t node_count, edge_count, capacity;
    uint32_t *from, *to;        /* nodes of an edge */
    uint32_t *out_begin, *out;  /* edges that leave node n: out[out_begin[n]] up to out[out_begin[n + 1]] */
    uint32_t *in_begin, *in;    /* edges that enter it, likewise */
    uint32_t *component;        /* number of a node's strongly connected component */
};

/* Adds an edge, whose number is how many there were. */
void graph_edge(struct graph *, uint32_t from, uint32_t to);

/* Completes a graph of that many nodes: everything below works from now on. */
void graph_close(struct graph *, uint32_t node_count);
void graph_free(struct graph *);

/* Whether an edge lies on a cycle: both its nodes are in one component. */
static inline bool graph_on_cycle(const struct graph *graph, uint32_t edge)
{
    return graph->component[graph->from[edge]] == graph->component[graph->to[edge]];
}

/*
 * Distances to a node, over edges on cycles only, into distance[node_count]: nodes of other components are GRAPH_FAR.
 * queue[node_count] is for its own use. Only what it reached is in queue[0 .. result], so that it can be undone.
 */
uint32_t graph_distances_to(const struct graph *, uint32_t node, uint32_t *distance, uint32_t *queue);

/* The shortest cycle that goes through an edge, its edges in order from that one on, to be freed; NULL: there is none. */
uint32_t *graph_cycle_through(const struct graph *, uint32_t edge, uint32_t *length);

#endif
