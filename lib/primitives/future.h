/* SPDX-License-Identifier: MIT */
/* Futures, as pools complete them. */
#ifndef THRUM_PRIMITIVES_FUTURE_H
#define THRUM_PRIMITIVES_FUTURE_H

#include "guard.h"
#include "object.h"
#include "thrum/future.h"
#include "thrum/thread.h"
#include "wait.h"

enum future_state { FUTURE_PENDING, FUTURE_RUNNING, FUTURE_CANCELLED, FUTURE_FAILED, FUTURE_DONE };

struct future_callback;

struct thrum_future {
    struct thrum_object object;
    _Atomic uint32_t references;
    _Atomic uint32_t word; /* 0 not completed, 1 and somebody sleeps on it, 2 completed */
    struct thrum_guard guard;
    uint32_t state; /* the guard; fixed once completed */
    bool asked;     /* somebody could see the error; the guard */
    struct future_callback *callbacks;
    void *result;
    struct thrum_error *error; /* on the heap */
    thrum_function *function;  /* of a pool */
    void *argument;
};

/* Initialises a future with so many references. */
void future_begin(struct thrum_future *future, uint32_t references, const char *name, const void *site);

void future_unref(struct thrum_future *future);

/* Begins to run it; false: it was cancelled. */
bool future_run(struct thrum_future *future);

/* Completes what runs: as done where error->code is 0. */
void future_complete(struct thrum_future *future, void *result, const struct thrum_error *error, const void *site);

/* Waits at most that long for its result; as thrum_future_result(). */
int future_take(struct thrum_future *future, void **result, struct wait_limit *limit, const void *site);

/* Waits until it is completed, whatever comes. */
void future_wait_uninterrupted(struct thrum_future *future, const void *site);

/* Cancels it; as thrum_future_cancel(). */
int future_cancel(struct thrum_future *future, const void *site);

#endif
