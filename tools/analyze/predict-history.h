/* SPDX-License-Identifier: MIT */
/*
 * What the threads of a trace did, as far as it matters for who could have met whom: which locks they took and gave back,
 * what they waited for and whom they woke. It knows threads and resources by small numbers, and nothing of where they come
 * from. From it predict-closure.c finds schedules.
 *
 * A thread's deeds are numbered 0, 1, 2 ...; a thread that has come as far as n has done those before n and everything
 * between them, and is about to do deed n.
 *
 * What a thread finds under a lock was left there by whoever held the lock before it alone, and may decide what it does next:
 * each acquire knows that section ("after").
 *
 * Memory: of a stretch of a thread's life in which nothing happened that a schedule could stop at, only the last time is
 * kept that each lock was taken ("touched"); and of each wish so many instances, beyond which a schedule doesn't stop there.
 */
#ifndef THRUM_ANALYZE_PREDICT_HISTORY_H
#define THRUM_ANALYZE_PREDICT_HISTORY_H

#include <stdbool.h>
#include <stdint.h>
#include "base/map.h"

#define HISTORY_NONE UINT32_MAX

/* When and where in the program. */
struct moment_at {
    int64_t time_ns;
    uint64_t site;
};

enum deed_what {
    DEED_acquire, /* other: the deed that gives it back, HISTORY_NONE: none does */
    DEED_release,
    DEED_touch,   /* taken and given back, perhaps often; seq: the last time */
    DEED_need,    /* another thread must have come so far: other is the number of a need */
    DEED_wait,    /* begins to wait on it; other: a barrier's round */
    DEED_wake,    /* ends a wait on it: a wake, a post, the end of a thread */
    DEED_take,    /* one of what wakes gave: a semaphore; passes a barrier: other is the round */
};

struct deed {
    int64_t time_ns;
    uint32_t seq; /* its place among the deeds of all threads */
    uint32_t resource;
    uint32_t other;
    uint32_t after_thread, after; /* of an acquire or touch: who held it alone before, and the seq of that acquire; after
                                     history_finish() how far that thread had come with it. HISTORY_NONE: nobody, or itself */
    uint32_t site : 26; /* in history->sites */
    uint32_t begins : 1; /* a stretch: a schedule may stop before it */
    uint32_t what : 3;
    uint32_t shared : 1;
    uint32_t soft : 1; /* a need that another wake might have met as well */
};

/* A thread must have come as far as that. */
struct need {
    uint32_t thread, upto;
};

/* How a wait on it ends, which decides whether it still waits after some deeds. */
enum resource_kind {
    RESOURCE_lock,
    RESOURCE_condition, /* by a wake that comes later */
    RESOURCE_latch,     /* by a wake whenever it came: the end of a thread, an event, a future */
    RESOURCE_count,     /* by taking one of what wakes gave: a semaphore */
    RESOURCE_barrier,   /* when as many as it has places have come */
    RESOURCE_unknown,   /* not known well enough to prove anything */
};

struct resource {
    uint64_t key;  /* of who records it: the id of an object */
    enum resource_kind kind;
    bool readers_wait; /* an rwlock whose readers let waiting writers pass */
    uint32_t value;    /* what a count begins with; a barrier's places; 0: not known */
    uint32_t round, arrived; /* of a barrier, while recording */
    uint32_t last_thread, last_seq; /* of the last acquire alone; HISTORY_NONE: none */
    bool tells; /* of a lock: who held it woke those who wait at a condition, so what it guards is what they wait for */
    uint32_t *wakers;        /* threads that wake it */
    uint32_t waker_count, waker_capacity;
};

struct held {
    uint32_t resource;
    uint32_t deed;
    bool shared;
};

/* A thread wants a resource while it holds others, at each of `at`: an abstract acquire and its instances. */
struct wish {
    struct wish *next; /* with the same hash */
    uint32_t thread, resource;
    bool shared;
    uint32_t held_count;
    struct held *held; /* by resource; the deeds are those of the first time */
    uint32_t *at;
    uint32_t count, capacity;
    bool more;          /* there were more than are kept */
    int64_t time_ns;    /* the first time */
    uint64_t site;
};

struct wishes {
    struct wish **at;
    uint32_t count, capacity;
};

struct history_thread {
    uint64_t key;
    struct deed *deeds;
    uint32_t count, capacity;
    struct held *held; /* now, in the order in which they were taken */
    uint32_t held_count, held_capacity;
    uint32_t stretch;  /* deeds from here on may be merged */
    uint32_t block;    /* where the deeds since it last held nothing begin */
    bool pinned;       /* something in that block can be stopped at */
    struct map touches; /* resource << 1 | shared -> deed + 1, perhaps of an earlier stretch */
};

struct history {
    struct history_thread *threads;
    uint32_t thread_count, thread_capacity;
    struct resource *resources;
    uint32_t resource_count, resource_capacity;
    struct need *needs;
    uint32_t need_count, need_capacity;
    uint64_t *sites;
    uint32_t site_count, site_capacity;
    struct map threads_by_key, resources_by_key, site_numbers;
    struct map last_wakes; /* resource, thread -> deed + 1 */
    struct map wishes;   /* hash -> first */
    struct map by_order; /* held, wanted -> struct wishes */
    uint32_t seq;
    uint64_t deed_count;
    bool waits_cut; /* waits make more orders than are looked at */
    bool full; /* there was more, and it was left out: what is here is how the trace began */
};

struct history *history_new(void);
void history_free(struct history *);

/* The number of a thread or resource, made where there is none by that key. */
uint32_t history_thread(struct history *, uint64_t key);
uint32_t history_resource(struct history *, uint64_t key, enum resource_kind);

/* HISTORY_NONE: none has that key. */
uint32_t history_find_thread(const struct history *, uint64_t key);
uint32_t history_find_resource(const struct history *, uint64_t key);

/* --- recording, in the order of the trace --- */

/* It blocks for ever unless it gets it: is about to acquire or wait. To be called before the deed itself. */
void history_wish(struct history *, uint32_t thread, uint32_t resource, bool shared, struct moment_at);
void history_acquire(struct history *, uint32_t thread, uint32_t resource, bool shared, struct moment_at);
void history_release(struct history *, uint32_t thread, uint32_t resource, struct moment_at);
void history_wait(struct history *, uint32_t thread, uint32_t resource, struct moment_at);
void history_wake(struct history *, uint32_t thread, uint32_t resource, struct moment_at);
void history_take(struct history *, uint32_t thread, uint32_t resource, struct moment_at);

/* It goes on, because all of that round of a barrier have come. */
void history_pass(struct history *, uint32_t thread, uint32_t barrier, uint32_t round, struct moment_at);

/* Where a thread is now, so that others can need it to have come there. */
struct need history_mark(struct history *, uint32_t thread);

/* The thread goes on only when that mark has been reached. */
void history_need(struct history *, uint32_t thread, struct need, bool soft);

/* It goes on for a reason that isn't known: all that was done until now may have been it. */
void history_need_all(struct history *, uint32_t thread);

bool history_holds(const struct history *, uint32_t thread, uint32_t resource);

/* --- looking at it --- */

/* Wishes for one resource by who holds another, or (a pseudo-resource) will wake another; NULL: there are none. */
const struct wishes *history_wishes(const struct history *, uint32_t held, uint32_t wanted);

/* After the last deed: waits whose wakers are among the recorded threads become part of the orders. */
void history_finish(struct history *);

/* Part of it: makes `after` of deeds what it is then. */
void history_link_sections(struct history *);

/* The last deed of a thread that wakes it, HISTORY_NONE: none does. */
uint32_t history_last_wake(const struct history *, uint32_t thread, uint32_t resource);

#endif
