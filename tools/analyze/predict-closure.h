/* SPDX-License-Identifier: MIT */
/*
 * Sync-preserving schedules (Tunç, Mathur, Pavlogiannis, Viswanathan: Sound Dynamic Deadlock Prediction in Linear Time,
 * PLDI 2023). A closure is how far each thread has come, such that running just that, in the order of the trace, is a run
 * of the same program: whatever a thread needed has been done, and of all holds of one lock that exclude each other only the
 * latest has not been given back. A closure only grows; that makes the search through many instances of a pattern linear.
 *
 * The paper's traces have what threads read and write. Ours don't, but threads that keep to the rules read under a lock what
 * others wrote under it: where `data` is asked for, whoever takes a lock finds there what it found in the trace. No schedule
 * can grant that to the locks in which a circle meets, where each thread stands at last ("spared").
 */
#ifndef THRUM_ANALYZE_PREDICT_CLOSURE_H
#define THRUM_ANALYZE_PREDICT_CLOSURE_H

#include "analyze/predict-history.h"

/* A lock that is held where its thread has come to. */
struct open_hold {
    uint32_t thread, deed, seq;
    bool shared;
};

/* What the closure holds of one resource. */
struct closure_resource {
    struct open_hold *open;
    uint32_t open_count, open_capacity;
    uint32_t last_alone, last_shared; /* seq + 1 of the latest such acquire, 0: none */
    uint32_t last_wake;               /* seq + 1 */
    uint32_t arrived;                 /* waits begun on it */
    uint32_t rounds;                  /* of a barrier: known to be complete, because somebody went on */
    int64_t given;                    /* wakes less takes */
    bool touched;
};

/* What counts. */
struct closure_rules {
    bool locks;     /* who held which lock; else only what threads need */
    bool hard_only; /* leaves soft needs out */
    bool data;      /* what a thread found under a lock */
    bool spare;     /* but not in the section of the circle's lock in which it stands */
};

struct closure {
    const struct history *history;
    struct closure_rules rules;
    const struct wish *const *wishes; /* of the circle */
    uint32_t wish_count;
    uint32_t *upto; /* of each thread: how far it has come */
    struct closure_resource *resources;
    uint32_t *touched; /* resources, and threads, that are not as in an empty closure */
    uint32_t touched_count, touched_capacity;
    uint32_t *moved;
    uint32_t moved_count, moved_capacity;
    struct need *todo;
    uint32_t todo_count, todo_capacity;
    uint64_t steps; /* deeds taken in, over all its uses */
    bool failed;    /* a lock would have to be given back that never is */
};

struct closure *closure_new(const struct history *);
void closure_free(struct closure *);

/* Empties it. */
void closure_clear(struct closure *, struct closure_rules);

/*
 * A section that a thread of the closure was in where it would find something else than in the trace, because it had come after
 * one that isn't in the closure: that thread; HISTORY_NONE: there is none. *resource: the lock.
 */
uint32_t closure_changed(const struct closure *, uint32_t *resource);

/* Takes in what it takes for the thread to come that far; false: it can't. */
bool closure_reach(struct closure *, uint32_t thread, uint32_t upto);

/*
 * One wish for each thread of a circle, each wanting what the next one holds or would wake: `count` of them. Whether the
 * threads can all be at such wishes at once; if so, at[i] is the deed at which the i-th stands, and the closure is the
 * schedule that leads there.
 */
bool closure_meets(struct closure *, const struct wish *const *wishes, uint32_t count, uint32_t *at);

#endif
