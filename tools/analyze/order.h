/* SPDX-License-Identifier: MIT */
/*
 * What creating and joining threads puts in order. A thread's life is cut into segments: a new one begins after every
 * spawn and every join. A segment comes before another one where a way of creations and joins leads from it to that.
 * A life is kept in a slot of its thread, as long as that; of the threads that it joined, only those are kept that
 * somebody has a use for.
 */
#ifndef THRUM_ANALYZE_ORDER_H
#define THRUM_ANALYZE_ORDER_H

#include <stdbool.h>
#include "model/model.h"

struct life_join {
    uint32_t segment;      /* of the joiner: the one that the join ended */
    struct thread *thread; /* a reference */
};

struct life {
    struct life *next, *previous; /* of all lives */
    struct thread *thread;        /* whose slot it is in */
    uint32_t segment;        /* the current one */
    uint32_t parent_segment; /* of thread->parent, in which it was created */
    uint32_t uses;           /* by who asks for its order, and by its children */
    struct life_join *joins;
    uint32_t join_count, join_capacity;
};

/* All lives, in one slot of their threads. */
struct lives {
    int slot;
    struct life *first;
};

/* A segment of a thread's life. */
struct moment {
    struct thread *thread;
    uint32_t segment;
};

/* The life of a thread; made where there is none. */
struct life *life_of(struct lives *, struct thread *);

/* To be called for what the model tells. */
void lives_spawned(struct lives *, struct thread *child);
void lives_joined(struct lives *, struct thread *joiner, struct thread *joined);
void lives_freed(struct lives *, struct thread *);

/* Frees them all, and gives back their references. */
void lives_end(struct lives *);

/* Whether one moment comes before another, of another thread. */
bool moment_before(const struct lives *, struct moment one, struct moment other);

#endif
