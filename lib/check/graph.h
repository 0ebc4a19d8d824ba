/* SPDX-License-Identifier: MIT */
/*
 * The order graph: an edge from held to wanted for every pair of objects that some thread took one under the other.
 * Kept in a topological order by the incremental algorithm of Pearce and Kelly (2006), so that a new edge which closes
 * no cycle costs little. An edge that does close one is kept aside, as a back edge, and the order stays one.
 *
 * Not thread-safe: its caller holds the checker's lock.
 */
#ifndef THRUM_CHECK_GRAPH_H
#define THRUM_CHECK_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include "check/slab.h"

struct witness;
struct bundle;

/* An object, or some together (bundle.h). It goes when the object ends, so what lived at one address one after the other are several nodes. */
struct node {
    uint64_t object;
    uint8_t kind;
    int64_t rank;           /* edges that aren't back edges go from lower to higher rank */
    uint64_t visited;       /* the last search that came here */
    uint64_t goal;          /* the last search that wanted to come here */
    struct bundle *bundle;  /* NULL for an object */
    struct edge *out, *in;  /* lists, by next_out and next_in */
    struct node *next;      /* in the table's chain */
    struct node *listed;    /* in a list of the search that runs */
};

struct edge {
    struct node *from, *to;
    struct edge *next_out, *next_in;
    struct edge **link_out, **link_in; /* what points here in these lists */
    struct edge *next;                 /* in the table's chain */
    bool back;                 /* closes a cycle: not part of the order */
    struct witness *witnesses; /* who took `to` under `from`, newest first; the checker's own */
    uint32_t witness_count;
};

struct graph {
    struct node **table; /* chains, by object */
    struct edge **edges_table; /* chains, by both ends */
    uint32_t table_size, edges_table_size; /* powers of two, or 0 */
    uint32_t node_count; /* objects */
    uint64_t edge_count;
    uint64_t back_count;
    int64_t last_rank;
    uint64_t searches;
    struct slab nodes, edges;
};

#define GRAPH_INIT {.nodes = SLAB_OF(struct node), .edges = SLAB_OF(struct edge)}

/* The node of an object; made where there is none. NULL where there is no more memory. */
struct node *graph_node(struct graph *graph, uint64_t object, uint8_t kind);

/* One that isn't an object's, and that nobody will look for. NULL where there is no more memory. */
struct node *graph_node_apart(struct graph *graph, struct bundle *bundle);

/* The object's node, NULL where it has none. */
struct node *graph_find(const struct graph *graph, uint64_t object);

/* The edge between two nodes; made where there is none, and then *fresh. NULL where there is no more memory. */
struct edge *graph_edge(struct graph *graph, struct node *from, struct node *to, bool *fresh);

/* Forgets a node and its edges; `drop` is called for each edge, for what hangs on it. */
void graph_remove(struct graph *graph, struct node *node, void (*drop)(struct edge *));

#endif
