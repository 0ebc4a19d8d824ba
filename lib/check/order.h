/* SPDX-License-Identifier: MIT */
/* The order in which threads take objects: learned at the first time of each, and searched for cycles. */
#ifndef THRUM_CHECK_ORDER_H
#define THRUM_CHECK_ORDER_H

#include "check/semaphore.h"
#include "check/state.h"

/* An object as it takes part in a record. */
struct record_object {
    uint64_t object;
    const struct check_stack *stack;
    uint8_t kind, mode;
};

/* A semaphore that several threads may have at once: it orders nothing, and keeps out only who finds no seat. */
static inline bool record_has_seats(const struct record_object *object)
{
    return semaphore_is_kind(object->kind) && semaphore_has_seats(object->object);
}

struct bundle;

/* That a thread took one object while it held others; each pair of held and wanted is in the graph, as bundle.h says. */
struct record {
    uint32_t references; /* witnesses that point here */
    uint32_t held_count, room;
    struct check_thread *by;
    uint64_t serial; /* the thread's; with another, what `by` points to is another thread by now */
    uint64_t hash;   /* of what is held and wanted */
    struct check_clock *clock;
    uint32_t epoch;
    uint32_t forks; /* of the process: what was before a fork is no other thread of the child */
    int32_t tid;
    bool recursive_read; /* wanted shared, and given also while a writer waits */
    char thread[NAME_SIZE];
    struct record_object wanted;
    struct bundle *bundle; /* what is held below the ones here, NULL for none */
    struct record_object held[];
};

/* One edge's view of a record: which of the held objects the edge begins at; held_count: one in the bundles, or all of one. */
struct witness {
    struct witness *next;
    struct record *record;
    uint32_t index;
};

/* The calling thread takes, or is about to wait for, an object while it holds others. */
void order_take(struct check_thread *self, uint64_t object, uint8_t kind, uint8_t mode, const struct check_stack *stack);

/*
 * Takings of the object under others are part of a cycle, of which so far one lay before another: each is learned that comes at
 * another time than those before, for some time. Under the checker's lock.
 */
void order_watch(uint64_t object);
/* Whether it is so watched. */
bool order_is_watched(uint64_t object);

/* The object ended: its node, edges and records go. */
void order_forget(uint64_t object);

/* The process is a new one: its locks are copies, and only the calling thread is in it. */
void order_forked(void);

/* Forks of this process and its parents. */
extern uint32_t order_forks;

/* --- under the lock --- */

/* The node of an object; NULL for one that orders nothing. */
struct node *order_node(const struct record_object *object);
/* One more witness of an edge; false where it has that, or has enough. */
bool order_witness(struct edge *edge, struct record *record, uint32_t index);
/* The witnesses of an edge that goes. */
void order_drop_edge(struct edge *edge);

/* A read-write lock whose readers queue behind waiting writers. */
void order_nonrecursive_reader(uint64_t object);

#endif
