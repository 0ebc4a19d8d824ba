/* SPDX-License-Identifier: MIT */
/*
 * Inside the analysis of lock orders: the graph of which lock was wanted while which one was held. An edge keeps
 * witnesses: a thread that did so, holding such locks in all. Whether a cycle of edges could be a deadlock is a question
 * to their witnesses: see lockorder-witness.c.
 */
#ifndef THRUM_ANALYZE_LOCKORDER_H
#define THRUM_ANALYZE_LOCKORDER_H

#include "analyze/analysis.h"
#include "analyze/describe.h"
#include "analyze/order.h"
#include "analyze/predict.h"
#include "base/map.h"

/* Locks held together; every distinct set is kept once, with references to its objects. */
struct gate {
    struct object *object;
    enum thrum_mode mode;
};
struct gates {
    struct gates *next; /* with the same hash */
    uint32_t uses;
    uint64_t hash;
    uint32_t count;
    struct gate at[]; /* by object id */
};

enum {
    DEAD_LIKE_KEPT = 256, /* nodes of locks that are gone, of one place of birth */
    /* Beyond these the last one is made to stand for the rest too, and allows whatever one of them may allow. */
    SEGMENT_RUNS = 8,  /* separate runs of segments, of a witness */
    GATE_SETS = 8,     /* witnesses that are one thread, of an edge */
    WITNESSES = 256,   /* of an edge */
};

/* Segments of the thread's life in which it did it: any of them, from first to last. */
struct run {
    uint32_t first, last;
};

struct witness {
    struct thread *thread; /* a reference */
    bool anyone;           /* stands for other threads too, at any time */
    struct gates *gates;   /* what it held every time, the edge's `held` among them */
    struct taking held;    /* the first time */
    struct taking wanted;
    struct run runs[SEGMENT_RUNS];
    uint32_t run_count;
};

struct edge {
    struct node *held, *wanted;
    uint32_t out_index, in_index; /* in held->out, wanted->in */
    uint32_t number;              /* in the graph of one search */
    bool waits;                   /* it is a wait's: one of the two is no lock */
    struct witness **witnesses;
    uint32_t witness_count, witness_capacity;
};

struct node {
    struct object *object; /* a reference */
    uint32_t number;       /* in lockorder->nodes */
    bool dead;             /* its lock is gone, and it was kept */
    bool queued;           /* to be looked at while others are taken out */
    struct edge **out, **in;
    uint32_t out_count, out_capacity, in_count, in_capacity;
};

enum { SEEN_PLACES = 1 << 16 };

struct lockorder {
    struct model *model;
    int slot; /* of objects: nodes; of threads: lives */
    struct lives lives;
    struct node **nodes;
    uint32_t node_count, node_capacity;
    struct map edges; /* analysis_order_key() -> edge */
    struct map gates; /* hash -> first */
    struct map dead;  /* birth of locks that are gone -> how many nodes */
    uint64_t left_out; /* locks that were gone and could have been part of a cycle, but there were enough like them */
    uint64_t seen[SEEN_PLACES]; /* hashes of what is in the graph already; one that is lost is only looked up again */
};

/* One more number into a hash. */
static inline uint64_t lockorder_mix(uint64_t sum, uint64_t more)
{
    sum = (sum ^ more) * 0x9e3779b97f4a7c15u;
    return sum ^ (sum >> 29);
}

/* --- lockorder-gates.c: each result is counted as used once more --- */

/* What a thread holds but one lock. */
struct gates *gates_held(struct lockorder *, const struct thread *, const struct object *wanted);
struct gates *gates_of(struct lockorder *, const struct taking *, uint32_t count);
struct gates *gates_use(struct gates *);

/* What is in both; held for reading only if it is so in one of them. */
struct gates *gates_common(struct lockorder *, const struct gates *, const struct gates *);
void gates_unuse(struct lockorder *, struct gates *);

/* --- lockorder-graph.c --- */

/* `thread` wants a lock, as said, with what it holds but that lock itself. */
void lockorder_want(struct lockorder *, struct thread *, const struct taking *wanted);

/* An order that a wait makes; to be called after the last event. */
void lockorder_add_wait(struct lockorder *, const struct predict_order *);

/* It was no lock: all edges go. */
void lockorder_forget(struct lockorder *, struct object *);

void lockorder_free_edge(struct lockorder *, struct edge *);
void lockorder_free_node(struct lockorder *, struct node *); /* that has no edges */
void lockorder_free(struct lockorder *);

/* --- lockorder-prune.c --- */

/*
 * The lock is gone: no cycle through it can come any more but over the edges that it has. Where none can that isn't ruled
 * out, its node goes, and then perhaps others of locks that are gone.
 */
void lockorder_prune(struct lockorder *, struct object *);

/* How many nodes there are of locks that are gone, of the birth of this one, after a change by so many. */
uintptr_t lockorder_count_dead(struct lockorder *, const struct object *, int change);

/* --- lockorder-witness.c --- */

/* What rules a cycle out, from the weakest demand on. */
enum rule { RULE_none, RULE_threads, RULE_readers, RULE_gates, RULE_order };

/* Edges of a cycle, or of a part of one, and a witness chosen for each. */
struct path {
    struct edge **edges;
    const struct witness **chosen;
    /* Of path_choose() and path_extend(); all have room for as many as there are nodes, and one more. */
    const struct witness **before;
    uint32_t *scratch;
    uint32_t count;
    bool closed; /* the last edge leads to where the first began */
};

/*
 * Whether witnesses can be chosen so that no rule up to `strictest` forbids the path; if so they are. `budget` counts
 * down the pairs compared; where it is used up the answer is no, and it is 0.
 */
bool path_choose(const struct lockorder *, struct path *, enum rule strictest, uint64_t *budget);

/* As path_choose(), where all edges but the last have witnesses: it tries to keep them, and does where there are none. */
bool path_extend(const struct lockorder *, struct path *, enum rule strictest, uint64_t *budget);

/* A semaphore of which the witnesses chosen have more seats than there are, NULL: none. */
const struct object *path_without_seat(const struct path *);

/* Whether nothing keeps the thread of one, which waits for what the other holds, from being there when that is. */
bool witnesses_meet(const struct lockorder *, const struct witness *wants, const struct witness *holds);

/* A lock that two witnesses both hold so that one of them must wait, or NULL. */
const struct object *witness_gate(const struct witness *, const struct witness *);

/* --- lockorder-report.c --- */

/* A cycle, the witnesses that show it, and what rules it out, RULE_none: nothing. */
struct verdict {
    const struct path *path;
    enum rule broken;
    bool predicted; /* whether a schedule was looked for */
    enum prediction prediction;
    const struct predict_stand *stands; /* where there is one */
};

/* Appends a finding; false: one like it is there already. */
bool lockorder_report(const struct lockorder *, const struct verdict *, struct analysis_context *);

/* --- lockorder-find.c --- */

/* The orders on circles, for a second reading. */
void lockorder_hint(struct lockorder *, struct hints *);
void lockorder_find(struct lockorder *, struct analysis_context *);

#endif
