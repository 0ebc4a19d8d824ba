/* SPDX-License-Identifier: MIT */
/* What a queue keeps its items in: a ring, a stack or a heap. The queue's guard protects it. */
#ifndef THRUM_PRIMITIVES_QUEUE_STORE_H
#define THRUM_PRIMITIVES_QUEUE_STORE_H

#include "thrum/queue.h"

void store_begin(struct thrum_queue *queue);
void store_end(struct thrum_queue *queue);

/* Makes room, twice as much. 0 or -ENOMEM. */
int store_grow(struct thrum_queue *queue);

/* The same for a heap: puts an item in, takes the first out. */
void store_sink(struct thrum_queue *queue, void *item, int64_t priority);
void *store_rise(struct thrum_queue *queue);

/* Gives memory back where most of it is unused. */
void store_shrink(struct thrum_queue *queue);
enum { STORE_KEEP = 1024 }; /* up to here nothing is given back */

/* Puts an item in. 0 or -ENOMEM. */
static inline int store_put(struct thrum_queue *queue, void *item, int64_t priority)
{
    if (queue->count == queue->room) {
        int result = store_grow(queue);
        if (result < 0)
            return result;
    }
    if (queue->order == THRUM_QUEUE_PRIORITY)
        store_sink(queue, item, priority);
    else
        ((void **)queue->items)[(queue->first + queue->count++) & (queue->room - 1)] = item;
    return 0;
}

/* Takes the first item out; there is one. */
static inline void *store_get(struct thrum_queue *queue)
{
    void **items = queue->items;
    if (__builtin_expect(queue->room > STORE_KEEP && queue->count < queue->room / 8, 0)) {
        store_shrink(queue);
        items = queue->items;
    }
    if (queue->order == THRUM_QUEUE_PRIORITY)
        return store_rise(queue);
    queue->count--;
    if (queue->order == THRUM_QUEUE_LIFO)
        return items[queue->count];
    void *item = items[queue->first];
    queue->first = (queue->first + 1) & (queue->room - 1);
    return item;
}

#endif
