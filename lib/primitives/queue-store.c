/* SPDX-License-Identifier: MIT */
/* The chunks, stack or heap of a queue. */
#include "queue-store.h"

#include <errno.h>
#include <stdlib.h>

void store_begin(struct thrum_queue *queue)
{
    queue->count = queue->room = 0;
    queue->chunks = queue->last = queue->spare = NULL;
    queue->first = queue->end = STORE_CHUNK;
    queue->items = NULL;
    queue->serial = 0;
}

void store_end(struct thrum_queue *queue)
{
    while (queue->chunks) {
        struct thrum_queue_chunk *chunk = queue->chunks;
        queue->chunks = chunk->next;
        free(chunk);
    }
    free(queue->spare);
    free(queue->items);
    store_begin(queue);
}

/* --- chunks --- */

static int chunk_add(struct thrum_queue *queue)
{
    struct thrum_queue_chunk *chunk = queue->spare ? queue->spare : malloc(sizeof *chunk);
    if (!chunk)
        return -ENOMEM;
    queue->spare = NULL;
    chunk->next = NULL;
    if (queue->last)
        queue->last->next = chunk;
    else {
        queue->chunks = chunk;
        queue->first = 0;
    }
    queue->last = chunk;
    queue->end = 0;
    return 0;
}

/* The first chunk has been read, and there are more; one is kept, for a queue that fills and empties across its end. */
static void chunk_remove(struct thrum_queue *queue)
{
    struct thrum_queue_chunk *chunk = queue->chunks;
    queue->chunks = chunk->next;
    queue->first = 0;
    free(queue->spare);
    queue->spare = chunk;
}

static int fifo_put(struct thrum_queue *queue, void *item)
{
    if (queue->end == STORE_CHUNK) {
        int result = chunk_add(queue);
        if (result < 0)
            return result;
    }
    queue->last->items[queue->end++] = item;
    queue->count++;
    return 0;
}

static void *fifo_get(struct thrum_queue *queue)
{
    void *item = queue->chunks->items[queue->first++];
    if (--queue->count == 0)
        queue->first = queue->end = 0; /* the same memory again, which is near */
    else if (queue->first == STORE_CHUNK)
        chunk_remove(queue);
    return item;
}

/* --- arrays --- */

enum { LEAST = 16, KEEP = 1024 }; /* so much room there is at first; below the other nothing is given back */

/* An item of a heap; of equal priorities the lower serial number is the older. */
struct entry {
    int64_t priority;
    uint64_t serial;
    void *item;
};

static int resize(struct thrum_queue *queue, size_t room)
{
    size_t size = queue->order == THRUM_QUEUE_PRIORITY ? sizeof(struct entry) : sizeof(void *);
    void *items = room <= SIZE_MAX / size ? realloc(queue->items, room * size) : NULL;
    if (!items)
        return -ENOMEM;
    queue->items = items;
    queue->room = room;
    return 0;
}

static bool before(const struct entry *left, const struct entry *right)
{
    return left->priority < right->priority || (left->priority == right->priority && left->serial < right->serial);
}

static void heap_put(struct thrum_queue *queue, void *item, int64_t priority)
{
    struct entry *heap = queue->items, new = { priority, queue->serial++, item };
    size_t at = queue->count++;
    while (at > 0 && before(&new, &heap[(at - 1) / 2])) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap[at] = new;
}

static void *heap_get(struct thrum_queue *queue)
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

/* --- all orders --- */

int store_put(struct thrum_queue *queue, void *item, int64_t priority)
{
    if (queue->order == THRUM_QUEUE_FIFO)
        return fifo_put(queue, item);
    int result = queue->count < queue->room ? 0 : resize(queue, queue->room ? queue->room * 2 : LEAST);
    if (result < 0)
        return result;
    if (queue->order == THRUM_QUEUE_PRIORITY)
        heap_put(queue, item, priority);
    else
        ((void **)queue->items)[queue->count++] = item;
    return 0;
}

void *store_get(struct thrum_queue *queue)
{
    if (queue->order == THRUM_QUEUE_FIFO)
        return fifo_get(queue);
    if (queue->room > KEEP && queue->count < queue->room / 8)
        (void)resize(queue, queue->room / 2); /* where there is no memory for less, more is kept */
    return queue->order == THRUM_QUEUE_PRIORITY ? heap_get(queue) : ((void **)queue->items)[--queue->count];
}
