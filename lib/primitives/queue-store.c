/* SPDX-License-Identifier: MIT */
/* The ring, stack or heap of a queue. */
#include "queue-store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST = 16 };

/* An item of a heap; of equal priorities the lower serial number is the older. */
struct entry {
    int64_t priority;
    uint64_t serial;
    void *item;
};

static size_t entry_size(const struct thrum_queue *queue)
{
    return queue->order == THRUM_QUEUE_PRIORITY ? sizeof(struct entry) : sizeof(void *);
}

void store_begin(struct thrum_queue *queue)
{
    queue->count = queue->room = queue->first = 0;
    queue->items = NULL;
    queue->serial = 0;
}

void store_end(struct thrum_queue *queue)
{
    free(queue->items);
    store_begin(queue);
}

/* Moves everything to new memory, a ring's oldest item to its beginning. */
static int move(struct thrum_queue *queue, size_t room)
{
    size_t size = entry_size(queue);
    char *items = room <= SIZE_MAX / size ? malloc(room * size) : NULL;
    if (!items)
        return -ENOMEM;
    size_t tail = queue->room - queue->first;
    if (tail > queue->count)
        tail = queue->count;
    if (queue->count > 0) {
        memcpy(items, (char *)queue->items + queue->first * size, tail * size);
        memcpy(items + tail * size, queue->items, (queue->count - tail) * size);
    }
    free(queue->items);
    queue->items = items;
    queue->room = room;
    queue->first = 0;
    return 0;
}

int store_grow(struct thrum_queue *queue)
{
    return move(queue, queue->room ? queue->room * 2 : LEAST);
}

void store_shrink(struct thrum_queue *queue)
{
    (void)move(queue, queue->room / 2); /* where there is no memory for less, more is kept */
}

static bool before(const struct entry *left, const struct entry *right)
{
    return left->priority < right->priority || (left->priority == right->priority && left->serial < right->serial);
}

void store_sink(struct thrum_queue *queue, void *item, int64_t priority)
{
    struct entry *heap = queue->items, new = { priority, queue->serial++, item };
    size_t at = queue->count++;
    while (at > 0 && before(&new, &heap[(at - 1) / 2])) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap[at] = new;
}

void *store_rise(struct thrum_queue *queue)
{
    struct entry *heap = queue->items, last;
    void *item = heap[0].item;
    size_t at = 0, child;
    last = heap[--queue->count];
    while ((child = 2 * at + 1) < queue->count) {
        if (child + 1 < queue->count && before(&heap[child + 1], &heap[child]))
            child++;
        if (!before(&heap[child], &last))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = last;
    return item;
}
