/* SPDX-License-Identifier: MIT */
/*
 * What a queue keeps its items in: lists of chunks where the oldest goes first, an array as a stack or a heap otherwise.
 * The queue's guard protects it, but for the box. Memory is given back as items leave.
 *
 * The box is where items are put into a FIFO queue without a limit while threads get into each other's way. It has a guard
 * of its own, so that those who put and those who get don't wait for each other: a get takes from `out` under the queue's
 * guard, and only where that is empty does it take the box's guard, too, and exchange both lists. All in the box is
 * younger than what is in `out`.
 *
 *   guard of            protects                                   taken
 *   the queue           out, waiters, unfinished, shut             by gets, and by puts that find the box closed
 *   the box             box.list, box.state                        by puts; under the queue's guard by the others
 *
 * A closed box is empty. It is opened by a put that finds the queue's guard taken, while no getter waits; it is closed
 * where getters find so few items in it that it doesn't pay, before a getter is listed as a waiter, and for good when
 * the queue is shut down. Its state changes under both guards, and may be read without one as a hint.
 */
#ifndef THRUM_PRIMITIVES_QUEUE_STORE_H
#define THRUM_PRIMITIVES_QUEUE_STORE_H

#include "guard.h"
#include "thrum/queue.h"

/* The list's first chunk is read at `first`, its last written at `end`. */
enum { STORE_CHUNK = 62 };
struct thrum_queue_chunk {
    struct thrum_queue_chunk *next;
    void *items[STORE_CHUNK];
};

void store_begin(struct thrum_queue *queue);
void store_end(struct thrum_queue *queue);

/* Puts an item in, also where there is a box. 0 or -ENOMEM. */
int store_put(struct thrum_queue *queue, void *item, int64_t priority);

/* Takes the first item out; out.count isn't 0. */
void *store_get(struct thrum_queue *queue);

/* Where `out` is empty: has it hold what is in the box. Whether there is anything in it now; else the box is closed. */
bool store_refill(struct thrum_queue *queue);

enum box_state {
    BOX_CLOSED, /* and empty */
    BOX_OPEN,   /* puts go there */
    BOX_DRAINS, /* nothing is put any more: the queue is shut down */
};
void store_box(struct thrum_queue *queue, enum box_state state);

/* Under either guard, or as a hint. */
static inline enum box_state store_box_state(struct thrum_queue *queue)
{
    return (enum box_state)atomic_load_explicit(&queue->box.state, memory_order_relaxed);
}

/* How many items there are; how many of them are in the box. */
size_t store_count(struct thrum_queue *queue);
size_t store_boxed(struct thrum_queue *queue);

/* Put and get where they are quickest: false, and nothing is done, where they aren't. */
static inline bool list_put_shortly(struct thrum_queue_list *list, void *item)
{
    if (list->end >= STORE_CHUNK) /* it is that, too, before there is a chunk, and in arrays */
        return false;
    list->last->items[list->end++] = item;
    list->count++;
    return true;
}

static inline bool list_get_shortly(struct thrum_queue_list *list, void **item)
{
    if (list->first + 1 >= STORE_CHUNK || list->count == 0)
        return false;
    *item = list->chunks->items[list->first++];
    if (--list->count == 0)
        list->first = list->end = 0;
    return true;
}

#endif
