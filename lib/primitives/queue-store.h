/* SPDX-License-Identifier: MIT */
/*
 * What a queue keeps its items in: a list of chunks where the oldest goes first, an array as a stack or a heap
 * otherwise. The queue's guard protects it. Memory is given back as items leave.
 */
#ifndef THRUM_PRIMITIVES_QUEUE_STORE_H
#define THRUM_PRIMITIVES_QUEUE_STORE_H

#include "thrum/queue.h"

/* Items in the order of putting; the list's first chunk is read at `first`, its last written at `end`. */
enum { STORE_CHUNK = 62 };
struct thrum_queue_chunk {
    struct thrum_queue_chunk *next;
    void *items[STORE_CHUNK];
};

void store_begin(struct thrum_queue *queue);
void store_end(struct thrum_queue *queue);

/* Puts an item in. 0 or -ENOMEM. */
int store_put(struct thrum_queue *queue, void *item, int64_t priority);

/* Takes the first item out; there is one. */
void *store_get(struct thrum_queue *queue);

/* The same where it is quickest: false, and nothing is done, where it isn't. */
static inline bool store_put_shortly(struct thrum_queue *queue, void *item)
{
    if (queue->end >= STORE_CHUNK) /* it is that, too, before there is a chunk, and in arrays */
        return false;
    queue->last->items[queue->end++] = item;
    queue->count++;
    return true;
}

static inline bool store_get_shortly(struct thrum_queue *queue, void **item)
{
    if (queue->first + 1 >= STORE_CHUNK || queue->count == 0)
        return false;
    *item = queue->chunks->items[queue->first++];
    if (--queue->count == 0)
        queue->first = queue->end = 0;
    return true;
}

#endif
