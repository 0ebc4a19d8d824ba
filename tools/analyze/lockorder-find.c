/* SPDX-License-Identifier: MIT */
/*
 * The search for cycles in the graph of lock orders. Every edge that lies on one is looked at once: is there a cycle
 * through it that nothing rules out? The shortest such is reported; if there is none, the shortest cycle through the edge
 * is, as infeasible. So each order that takes part in a problem is in a finding, while the number of findings stays that
 * of the problems: there can be exponentially many cycles.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "analyze/graph.h"
#include "analyze/lockorder.h"
#include "base/memory.h"

/* What may be spent before an answer is given up; a bound on time, met by nothing that was ever sensible. */
enum { EDGE_STEPS = 20000, EDGE_PAIRS = 2000000, ALL_STEPS = 10000000, ALL_LOOKS = 200000000 };

struct finder {
    const struct lockorder *self;
    struct analysis_context *context;
    struct graph graph;
    struct edge **edges; /* by number */
    uint32_t edge_count;
    bool *covered;       /* edges that are in a finding, or are like one that is */
    struct map classes;  /* of edges in findings */
    struct path path;
    uint32_t *distance, *queue, *next;
    bool *on_path;       /* nodes */
    uint64_t steps_left;
    uint64_t looks_left;            /* at edges, to learn how far it is from each node to another */
    uint32_t given_up;   /* edges */
    struct object **objects;        /* of the path, for a prediction */
    struct predict_stand *stands;
    struct path best;               /* the gravest circle through an edge that has no schedule */
    enum prediction prediction;     /* of the path; of best */
    uint32_t tries;                 /* circles through an edge put to the test */
};

enum { EDGE_TRIES = 64 };

/* --- what is alike --- */

static uint64_t mix(uint64_t sum, uint64_t more)
{
    sum = (sum ^ more) * 0xc2b2ae3d27d4eb4fu;
    return sum ^ (sum >> 31);
}

/* Objects made at one place are alike; but not if all of their kind are. */
static uint64_t object_class(const struct finder *f, const struct object *object)
{
    bool single = !object->birth_site || object->name || describe_is_anonymous(f->context->describe, object);
    return single ? mix(1, object->id) : mix(mix(2, object->birth_site), object->process->id);
}

/* Edges between such objects from the same calls are one order in the program. */
static uint64_t edge_class(const struct finder *f, const struct edge *edge)
{
    const struct witness *first = edge->witnesses[0];
    uint64_t sum = mix(object_class(f, edge->held->object), object_class(f, edge->wanted->object));
    return mix(mix(sum, first->held.site), first->wanted.site);
}

static void cover(struct finder *f, uint32_t number)
{
    f->covered[number] = true;
    map_put(&f->classes, edge_class(f, f->edges[number]), f);
}

static bool is_covered(struct finder *f, uint32_t number)
{
    return f->covered[number] || map_get(&f->classes, edge_class(f, f->edges[number]));
}

/* --- a cycle that nothing rules out --- */

static void set_path(struct finder *f, const uint32_t *numbers, uint32_t count)
{
    f->path.count = count;
    f->path.closed = true;
    for (uint32_t i = 0; i < count; i++)
        f->path.edges[i] = f->edges[numbers[i]];
}

/* Puts the path to the test; false: no lock is in it. */
static bool predict_path(struct finder *f, enum prediction *prediction)
{
    bool lock = false;
    for (uint32_t i = 0; i < f->path.count; i++) {
        f->objects[i] = f->path.edges[i]->held->object;
        lock |= object_is_lock(f->objects[i]);
    }
    if (lock)
        *prediction = predict_circle(f->context->predict, f->objects, f->path.count, f->stands);
    return lock;
}

/* What is told of an edge if nothing graver is found: what has a schedule, what can't be excluded, what can. */
static int gravity(enum prediction prediction)
{
    return prediction == PREDICTION_feasible ? 3 : prediction == PREDICTION_data ? 2 : prediction != PREDICTION_impossible;
}

/* Whether to look no further: nothing rules the closed path out, and where schedules are looked for there is one. */
static bool accept(struct finder *f)
{
    enum prediction prediction;
    if (!f->context->predict)
        return true;
    if (!predict_path(f, &prediction)) /* each waits for the next to wake it: in the trace, somebody did */
        return ++f->tries >= EDGE_TRIES;
    if (!f->best.count || gravity(prediction) > gravity(f->prediction)) {
        f->best.count = f->path.count;
        memcpy(f->best.edges, f->path.edges, f->path.count * sizeof *f->path.edges);
        memcpy(f->best.chosen, f->path.chosen, f->path.count * sizeof *f->path.chosen);
        f->prediction = prediction;
    }
    return prediction == PREDICTION_feasible || ++f->tries >= EDGE_TRIES;
}

/* Adds an edge to the path if its witnesses allow it; *next_limit is lowered to the length of what was too long. */
static bool try_edge(struct finder *f, uint32_t depth, uint32_t edge, uint32_t limit, uint32_t *next_limit, uint64_t *pairs)
{
    uint32_t node = f->graph.to[edge], distance = f->distance[node];
    if (distance == GRAPH_FAR || (distance && f->on_path[node]))
        return false;
    if (depth + 1 + distance > limit) {
        if (depth + 1 + distance < *next_limit)
            *next_limit = depth + 1 + distance;
        return false;
    }
    f->path.edges[depth] = f->edges[edge];
    f->path.count = depth + 1;
    f->path.closed = !distance;
    return path_extend(f->self, &f->path, RULE_order, pairs);
}

/* Depth first, no longer than the limit. */
static bool search_to(struct finder *f, uint32_t first, uint32_t limit, uint32_t *next_limit, uint64_t *steps, uint64_t *pairs)
{
    const struct graph *graph = &f->graph;
    uint32_t depth = 0;
    *next_limit = GRAPH_FAR;
    if (!try_edge(f, depth, first, limit, next_limit, pairs))
        return false;
    if (f->path.closed)
        return accept(f);
    for (depth = 1, f->next[1] = graph->out_begin[graph->to[first]]; depth;) {
        uint32_t node = graph->to[f->path.edges[depth - 1]->number];
        f->on_path[node] = true;
        if (!*steps || !*pairs || f->next[depth] == graph->out_begin[node + 1]) {
            f->on_path[node] = false;
            depth--;
            continue;
        }
        uint32_t edge = graph->out[f->next[depth]++];
        --*steps;
        if (!try_edge(f, depth, edge, limit, next_limit, pairs))
            continue;
        if (f->path.closed && !accept(f))
            continue;
        if (f->path.closed) {
            while (depth)
                f->on_path[graph->to[f->path.edges[--depth]->number]] = false;
            return true;
        }
        depth++;
        f->next[depth] = graph->out_begin[graph->to[edge]];
    }
    return false;
}

/* Whether there is enough left of what may be spent to learn the distances once more; then it is spent. */
static bool may_look(struct finder *f)
{
    bool may = f->steps_left && f->looks_left >= f->graph.edge_count;
    if (may)
        f->looks_left -= f->graph.edge_count;
    return may;
}

/* The shortest cycle through the edge that nothing rules out, in f->path. */
static bool search(struct finder *f, uint32_t edge)
{
    if (!may_look(f)) {
        f->given_up++;
        return false;
    }
    uint64_t steps = f->steps_left < EDGE_STEPS ? f->steps_left : EDGE_STEPS, given = steps, pairs = EDGE_PAIRS;
    uint32_t reached = graph_distances_to(&f->graph, f->graph.from[edge], f->distance, f->queue);
    uint32_t limit = f->distance[f->graph.to[edge]] + 1, next = GRAPH_FAR;
    bool found = false;
    f->best.count = f->tries = 0;
    while (!found && limit != GRAPH_FAR && steps && pairs) {
        found = search_to(f, edge, limit, &next, &steps, &pairs);
        limit = next;
    }
    for (uint32_t i = 0; i < reached; i++)
        f->distance[f->queue[i]] = GRAPH_FAR;
    f->steps_left -= given - steps;
    if (!found && (!steps || !pairs))
        f->given_up++;
    if (!f->best.count || (found && f->prediction == PREDICTION_feasible))
        return found;
    f->path.count = f->best.count;
    f->path.closed = true;
    memcpy(f->path.edges, f->best.edges, f->best.count * sizeof *f->best.edges);
    memcpy(f->path.chosen, f->best.chosen, f->best.count * sizeof *f->best.chosen);
    return true;
}

static void report(struct finder *f, enum rule broken)
{
    if (broken == RULE_none && f->prediction == PREDICTION_data) /* others were put to the test since */
        predict_path(f, &f->prediction);
    struct verdict verdict = {.path = &f->path, .broken = broken, .predicted = f->context->predict && broken == RULE_none,
                              .prediction = f->prediction, .stands = f->stands};
    lockorder_report(f->self, &verdict, f->context);
    for (uint32_t i = 0; i < f->path.count; i++)
        cover(f, f->path.edges[i]->number);
}

/* --- a cycle that something rules out --- */

static void explain(struct finder *f, uint32_t edge)
{
    uint32_t length, *cycle = graph_cycle_through(&f->graph, edge, &length);
    uint64_t pairs = EDGE_PAIRS;
    int broken = RULE_threads;
    set_path(f, cycle, length);
    free(cycle);
    for (uint32_t i = 0; i < length; i++)
        if (f->path.edges[i]->waits) /* there is no end of waits that have nothing to do with the locks held */
            return;
    while (broken <= RULE_order && path_choose(f->self, &f->path, broken, &pairs))
        broken++;
    if (broken > RULE_order || !pairs) /* it was given up, and that is said */
        return;
    path_choose(f->self, &f->path, broken - 1, &pairs);
    report(f, broken);
}

/* --- the graph --- */

static bool is_doubtful(const struct object *object)
{
    return !object_is_lock(object) ||
           ((object->kind == THRUM_kind_semaphore || object->kind == THRUM_kind_lock) && !object->proven_lock);
}

static int by_time(const void *one, const void *other)
{
    int64_t a = (*(struct edge *const *)one)->witnesses[0]->wanted.since_ns;
    int64_t b = (*(struct edge *const *)other)->witnesses[0]->wanted.since_ns;
    return (a > b) - (a < b);
}

static void build(struct finder *f)
{
    const struct lockorder *self = f->self;
    uint32_t capacity = 0;
    for (uint32_t n = 0; n < self->node_count; n++)
        for (uint32_t i = 0; i < self->nodes[n]->out_count; i++) {
            struct edge *edge = self->nodes[n]->out[i];
            if (!edge->waits && (is_doubtful(edge->held->object) || is_doubtful(edge->wanted->object)))
                continue;
            f->edges = memory_grow32(f->edges, f->edge_count + 1, &capacity, sizeof(struct edge *));
            f->edges[f->edge_count++] = edge;
        }
    if (f->edge_count)
        qsort(f->edges, f->edge_count, sizeof(struct edge *), by_time);
    for (uint32_t e = 0; e < f->edge_count; e++) {
        f->edges[e]->number = e;
        graph_edge(&f->graph, f->edges[e]->held->number, f->edges[e]->wanted->number);
    }
    graph_close(&f->graph, self->node_count);
}

static void prepare(struct finder *f)
{
    uint32_t nodes = f->graph.node_count;
    f->covered = memory_new(f->edge_count, sizeof *f->covered);
    f->path.edges = memory_new((size_t)nodes + 1, sizeof(struct edge *));
    f->path.chosen = memory_new((size_t)nodes + 1, sizeof(struct witness *));
    f->path.before = memory_new((size_t)nodes + 1, sizeof(struct witness *));
    f->path.scratch = memory_new((size_t)nodes + 1, sizeof(uint32_t));
    f->next = memory_new((size_t)nodes + 1, sizeof(uint32_t));
    f->objects = memory_new((size_t)nodes + 1, sizeof(struct object *));
    f->stands = memory_new((size_t)nodes + 1, sizeof *f->stands);
    f->best.edges = memory_new((size_t)nodes + 1, sizeof(struct edge *));
    f->best.chosen = memory_new((size_t)nodes + 1, sizeof(struct witness *));
    f->queue = memory_new(nodes, sizeof(uint32_t));
    f->distance = memory_new(nodes, sizeof(uint32_t));
    memset(f->distance, 0xff, nodes * sizeof(uint32_t));
    f->on_path = memory_new(nodes, sizeof *f->on_path);
    f->steps_left = ALL_STEPS;
    f->looks_left = ALL_LOOKS;
}

static void release(struct finder *f)
{
    free(f->edges);
    free(f->covered);
    free(f->path.edges);
    free(f->path.chosen);
    free(f->path.before);
    free(f->path.scratch);
    free(f->objects);
    free(f->stands);
    free(f->best.edges);
    free(f->best.chosen);
    free(f->next);
    free(f->queue);
    free(f->distance);
    free(f->on_path);
    map_free(&f->classes);
    graph_free(&f->graph);
}

/* Locks that are held where one of those is wanted that lead to a wait, lead there too. */
static void spread_leading(const struct finder *f, struct hints *hints)
{
    uint32_t *queue = memory_new(f->self->node_count, sizeof *queue), count = 0;
    for (uint32_t n = 0; n < f->self->node_count; n++)
        if (map_get(&hints->leading, f->self->nodes[n]->object->id + 1))
            queue[count++] = n;
    for (uint32_t i = 0; i < count; i++) {
        const struct node *node = f->self->nodes[queue[i]];
        for (uint32_t e = 0; e < node->in_count; e++) {
            const struct node *from = node->in[e]->held;
            if (map_get(&hints->leading, from->object->id + 1))
                continue;
            map_put(&hints->leading, from->object->id + 1, hints);
            queue[count++] = from->number;
        }
    }
    free(queue);
}

void lockorder_hint(struct lockorder *self, struct hints *hints)
{
    struct finder f = {.self = self};
    build(&f);
    for (uint32_t e = 0; e < f.edge_count; e++)
        if (graph_on_cycle(&f.graph, e))
            map_put(&hints->orders, analysis_order_key(f.edges[e]->held->object, f.edges[e]->wanted->object), hints);
    spread_leading(&f, hints);
    release(&f);
}

static void add_wait(void *self, const struct predict_order *order)
{
    lockorder_add_wait(self, order);
}

/* Where not all cycles may be examined, those of two locks come first. */
enum { MANY_EDGES = 10000 };

static bool has_reverse(const struct finder *f, uint32_t e)
{
    return map_get(&f->self->edges, analysis_order_key(f->edges[e]->wanted->object, f->edges[e]->held->object));
}

static void search_through(struct finder *f, uint32_t e, bool *hopeless)
{
    if (!graph_on_cycle(&f->graph, e) || hopeless[e] || is_covered(f, e))
        return;
    if (search(f, e))
        report(f, RULE_none);
    else
        hopeless[e] = true;
}

/* All cycles of the graph as it is; `waits`: only those that a wait is part of. */
static void find_all(struct finder *f, bool waits)
{
    build(f);
    prepare(f);
    if (waits)
        f->steps_left /= 4;
    for (uint32_t e = 0; e < f->edge_count; e++)
        if (map_get(&f->context->happened, analysis_order_key(f->edges[e]->held->object, f->edges[e]->wanted->object)))
            cover(f, e);
    bool *hopeless = memory_new(f->edge_count, sizeof *hopeless);
    if (f->edge_count > MANY_EDGES && !waits)
        for (uint32_t e = 0; e < f->edge_count; e++)
            if (has_reverse(f, e))
                search_through(f, e, hopeless);
    for (uint32_t e = 0; e < f->edge_count; e++)
        if (f->edges[e]->waits == waits)
            search_through(f, e, hopeless);
    for (uint32_t e = 0; e < f->edge_count; e++)
        if (hopeless[e] && !is_covered(f, e) && may_look(f))
            explain(f, e);
    free(hopeless);
}

void lockorder_find(struct lockorder *self, struct analysis_context *context)
{
    struct finder locks = {.self = self, .context = context}, waits = {.self = self, .context = context};
    find_all(&locks, false);
    if (context->predict) {
        predict_orders(context->predict, add_wait, self);
        find_all(&waits, true);
    }
    if (locks.given_up)
        findings_note(context->findings,
                      memory_format("Not all cycles of lock orders were examined: %u orders lie on too many.", locks.given_up));
    if (waits.given_up)
        findings_note(context->findings,
                      memory_format("Of waits that hold locks not all circles were examined: %u lie on too many.", waits.given_up));
    if (self->left_out)
        findings_note(context->findings,
                      memory_format("%" PRIu64 " locks that had been destroyed were left out of the search for lock orders: "
                                    "of each place where locks are made, %d such are in it", self->left_out, DEAD_LIKE_KEPT));
    release(&locks);
    release(&waits);
}
