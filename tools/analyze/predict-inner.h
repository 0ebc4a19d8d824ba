/* SPDX-License-Identifier: MIT */
/* What the parts of the prediction share; nobody else includes this. */
#ifndef THRUM_ANALYZE_PREDICT_INNER_H
#define THRUM_ANALYZE_PREDICT_INNER_H

#include "analyze/predict-closure.h"
#include "analyze/predict.h"

enum { PREDICT_ROUNDS = 2 }; /* of a barrier: the one that fills, and the one before, which threads still leave */

/* A resource of the history as the model knows it. */
struct known_resource {
    struct object *object; /* a reference */
    struct need *posts;    /* of a count: one for each that was given and not taken yet */
    uint32_t post_head, post_count, post_capacity;
    struct need first_wake; /* of what isn't one; upto 0: none yet */
    int64_t first;         /* of a count: how many of those that it began with are left */
    struct need *comers[PREDICT_ROUNDS]; /* of a barrier: who came in a round; as many as it has places */
};

/* A thread of the history. */
struct known_thread {
    struct thread *thread; /* a reference */
    struct need born;      /* where its parent was */
    bool has_born;
    uint32_t waiting;      /* a barrier's round */
};

/* A circle that is being looked at, or was found: each wants what the next holds. */
struct circle {
    uint32_t count, capacity;
    uint32_t *resources; /* what each holds, or is to wake */
    const struct wish **wishes;
    const struct wish **changed; /* that meet where data may change */
    uint32_t *at;
    uint32_t *next; /* while wishes are chosen */
};

struct predict {
    struct model *model;
    int slot; /* of threads and objects: their number + 1 */
    const struct hints *hints;
    struct history *history;
    struct closure *closure;
    struct known_thread *threads;
    uint32_t thread_capacity;
    struct known_resource *resources;
    uint32_t resource_capacity;
    struct need sent[65]; /* where who sent that signal last was */
    bool has_sent[65];
    struct circle circle;
    uint64_t steps_left;
    uint64_t pairs_left; /* of wishes compared, over all circles */
};

/* --- predict-observe.c --- */
extern const struct model_ops predict_ops;

/* The resource that an object is, if it was met; HISTORY_NONE: it wasn't. */
uint32_t predict_resource(const struct predict *, const struct object *);

struct moment_at predict_moment(const struct history *, const struct deed *);

/* --- predict-order.c --- */

/* One thread goes as far as it can: `upto` deeds. */
struct move {
    uint32_t thread, upto;
};

/* The closure as few moves, in an order in which they can be made. To be freed. */
struct move *predict_moves(const struct closure *, uint32_t *count);

#endif
