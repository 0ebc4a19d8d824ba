/* SPDX-License-Identifier: MIT */
/* The order graph against brute force: random edges, removals and addresses used again. */
#include <stdlib.h>
#include <string.h>

#include "check/graph.h"
#include "suite.h"

enum { OBJECTS = 40 };

/* What the graph must be: an adjacency matrix over the nodes that are there. */
static struct {
    bool there[OBJECTS], edge[OBJECTS][OBJECTS];
} truth;

static bool reaches(int from, int to, bool *visited)
{
    if (from == to)
        return true;
    visited[from] = true;
    for (int next = 0; next < OBJECTS; next++)
        if (truth.edge[from][next] && !visited[next] && reaches(next, to, visited))
            return true;
    return false;
}

static bool reachable(int from, int to)
{
    bool visited[OBJECTS] = {false};

    return reaches(from, to, visited);
}

static struct node *node_of(struct graph *graph, int object)
{
    struct node *node = graph_node(graph, 0x1000 + 8 * (uint64_t)object, 1);

    suite_assert(node);
    truth.there[object] = true;
    return node;
}

/* Every edge that isn't a back edge must go up; every edge of the truth must be there, and no other. */
static void hold_to_truth(struct graph *graph)
{
    uint64_t edges = 0;

    for (int object = 0; object < OBJECTS; object++) {
        struct node *node = graph_find(graph, 0x1000 + 8 * (uint64_t)object);

        suite_assert((node != NULL) == truth.there[object]);
        if (!node)
            continue;
        for (struct edge *edge = node->out; edge; edge = edge->next_out, edges++) {
            suite_assert(truth.edge[object][(edge->to->object - 0x1000) / 8]);
            suite_assert(edge->back || edge->from->rank < edge->to->rank);
        }
    }
    for (int from = 0; from < OBJECTS; from++)
        for (int to = 0; to < OBJECTS; to++)
            edges -= truth.edge[from][to];
    suite_assert(edges == 0);
}

static void add(struct graph *graph, int from, int to)
{
    bool cyclic = reachable(to, from), fresh, known = truth.edge[from][to];
    struct node *first = node_of(graph, from);
    struct edge *edge = graph_edge(graph, first, node_of(graph, to), &fresh);

    suite_assert(edge);
    suite_assert((fresh) == !known);
    /* Without back edges the order alone tells of a cycle; with them, an edge may close one only through them. */
    if (fresh && edge->back)
        suite_assert(cyclic);
    if (fresh && cyclic && graph->back_count == edge->back)
        suite_assert(edge->back);
    truth.edge[from][to] = true;
}

static void forget(struct graph *graph, int object)
{
    struct node *node = graph_find(graph, 0x1000 + 8 * (uint64_t)object);

    if (!node)
        return;
    graph_remove(graph, node, NULL);
    truth.there[object] = false;
    for (int other = 0; other < OBJECTS; other++)
        truth.edge[object][other] = truth.edge[other][object] = false;
}

static void play(unsigned seed, int steps, bool acyclic_only)
{
    struct graph graph = GRAPH_INIT;

    memset(&truth, 0, sizeof(truth));
    srandom(seed);
    for (int step = 0; step < steps; step++) {
        int from = (int)(random() % OBJECTS), to = (int)(random() % OBJECTS);

        if (random() % 20 == 0)
            forget(&graph, from);
        else if (!acyclic_only || !reachable(to, from))
            add(&graph, from, to);
        hold_to_truth(&graph);
        if (acyclic_only)
            suite_assert(graph.back_count == 0);
    }
}

START_TEST(an_acyclic_graph_stays_in_order)
{
    for (unsigned seed = 0; seed < 60; seed++)
        play(seed, 400, true);
}
END_TEST

START_TEST(an_edge_that_closes_a_cycle_is_kept_aside)
{
    for (unsigned seed = 100; seed < 160; seed++)
        play(seed, 400, false);
}
END_TEST

START_TEST(a_long_cycle_is_seen)
{
    enum { LENGTH = 5000 };
    struct graph graph = GRAPH_INIT;
    struct node *nodes[LENGTH];
    bool fresh;

    for (int i = 0; i < LENGTH; i++)
        nodes[i] = graph_node(&graph, 0x100000 + 64 * (uint64_t)i, 1);
    /* Backwards, so that each edge must reorder. */
    for (int i = LENGTH - 1; i > 0; i--)
        suite_assert(!graph_edge(&graph, nodes[i], nodes[i - 1], &fresh)->back);
    ck_assert(graph_edge(&graph, nodes[0], nodes[LENGTH - 1], &fresh)->back);
}
END_TEST

START_TEST(memory_is_used_again)
{
    struct graph graph = GRAPH_INIT;
    bool fresh;

    for (uint32_t round = 0; round < 100000; round++) {
        struct node *first = graph_node(&graph, 0x1000, 1), *second = graph_node(&graph, 0x2000, 1);

        graph_edge(&graph, first, second, &fresh);
        graph_remove(&graph, first, NULL);
        graph_remove(&graph, second, NULL);
    }
    ck_assert_uint_eq(graph.nodes.live, 0);
    ck_assert_uint_eq(graph.edges.live, 0);
    ck_assert_uint_eq(graph.node_count, 0);
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("graph");
    TCase *tests = tcase_create("graph");

    tcase_add_test(tests, an_acyclic_graph_stays_in_order);
    tcase_add_test(tests, an_edge_that_closes_a_cycle_is_kept_aside);
    tcase_add_test(tests, a_long_cycle_is_seen);
    tcase_add_test(tests, memory_is_used_again);
    suite_add_tcase(suite, tests);
    return suite;
}
