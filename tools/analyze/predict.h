/* SPDX-License-Identifier: MIT */
/*
 * Prediction: whether a deadlock that didn't happen could have, proven by a schedule that leads there. A trace is read
 * twice: the first time tells what to look for (struct hints), the second time what threads did with that is recorded
 * (predict-history.h), and each circle of orders is then put to the test (predict-closure.h).
 */
#ifndef THRUM_ANALYZE_PREDICT_H
#define THRUM_ANALYZE_PREDICT_H

#include "analyze/describe.h"
#include "analyze/finding.h"
#include "base/map.h"
#include "model/model.h"

/* --- what a first reading teaches; objects and threads by their ids, which are the same in the second --- */

enum { HINT_MANY = 1 }; /* in wakers and takers, in place of a thread's id + 2 */

struct hints {
    struct map orders;  /* analysis_order_key() of those on circles */
    struct map waited;  /* id + 1 of what threads waited for, without a timeout, while they held a lock */
    struct map held;    /* id + 1 of such locks */
    struct map leading; /* id + 1 of locks that are such, or are held where one of these is wanted: waited for by a waker */
    struct map signals; /* id + 1 of semaphores and locks that nobody holds: used as signals */
    struct map wakers;  /* id + 1 of what is waited for -> who alone wakes it */
    struct map takers;  /* the same -> who alone waits for it */
    struct map waker_counts; /* the same -> how many threads wake it */
    struct map obliged; /* id + 1 of threads that wake what is in `waited` */
    bool has_data;      /* who read what another wrote is in the trace: to be set by whoever knows */
};

struct scan;

/* Watches the model; everything is in the hints but the orders. */
struct scan *scan_new(struct model *);
struct hints *scan_hints(struct scan *);
void scan_free(struct scan *);
void hints_free(struct hints *);

/* --- the second reading --- */

struct predict;

struct predict *predict_new(struct model *, const struct hints *);
void predict_free(struct predict *);

/* After the last event. */
void predict_finish(struct predict *);

/* An order that a wait makes: who waits holds something, or who wants something is to wake another. */
struct predict_order {
    struct thread *thread;
    struct taking held, wanted;
    const struct taking *holding; /* all locks that the thread holds */
    uint32_t holding_count;
};

/* Calls take() for each such order. */
void predict_orders(const struct predict *, void (*take)(void *self, const struct predict_order *), void *self);

enum prediction {
    PREDICTION_feasible,   /* there is a schedule */
    PREDICTION_data,       /* there is, but a thread would not find under a lock what it found there in the trace */
    PREDICTION_none,       /* none that keeps the order of the trace */
    PREDICTION_impossible, /* one of them must have come so far before another can begin: a wake, a join */
    PREDICTION_unproven,   /* readers that only wait where a writer comes between, or what isn't modelled */
    PREDICTION_unknown,    /* not enough was recorded, or it would take too long */
};

/* One of the threads, where it stands at the end of the schedule. */
struct predict_stand {
    struct thread *thread;
    struct taking held, wanted; /* held: what the thread before it waits for */
};

/*
 * Whether threads can stand in a circle: each holds objects[i], or will wake who waits for it, and wants objects[i + 1].
 * Where there is a schedule, `stands` (room for `count`) tells of each thread.
 */
enum prediction predict_circle(struct predict *, struct object *const *objects, uint32_t count, struct predict_stand *stands);

/*
 * Of the last circle, where it came to PREDICTION_data: a lock under which a thread would find something else, and that thread;
 * NULL: none.
 */
const struct object *predict_changed(const struct predict *, const struct thread **);

/* The schedule of the last circle that has one, for people. */
void predict_tell(const struct predict *, struct describe *, struct finding *);

/* Why nothing could be proven, where that has a general reason; NULL: it hasn't. */
const char *predict_limits(const struct predict *);

#endif
