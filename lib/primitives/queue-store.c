/* SPDX-License-Identifier: MIT */
/* The chunks, stack or heap of a queue. */
#include "queue-store.h"

#include <errno.h>
#include <stdlib.h>

/* --- lists of chunks --- */

static void list_begin(struct thrum_queue_list *list)
{
    list->chunks = list->last = list->spare = NULL;
    list->first = list->end = STORE_CHUNK;
    list->count = 0;
}

static void list_end(struct thrum_queue_list *list)
{
    while (list->chunks) {
        struct thrum_queue_chunk *chunk = list->chunks;
        list->chunks = chunk->next;
        free(chunk);
    }
    free(list->spare);
}

static int chunk_add(struct thrum_queue_list *list)
{
    struct thrum_queue_chunk *chunk = list->spare ? list->spare : malloc(sizeof *chunk);
    if (!chunk)
        return -ENOMEM;
    list->spare = NULL;
    chunk->next = NULL;
    if (list->last)
        list->last->next = chunk;
    else {
        list->chunks = chunk;
        list->first = 0;
    }
    list->last = chunk;
    list->end = 0;
    return 0;
}

/* The first chunk has been read, and there are more; one is kept, for a queue that fills and empties across its end. */
static void chunk_remove(struct thrum_queue_list *list)
{
    struct thrum_queue_chunk *chunk = list->chunks;
    list->chunks = chunk->next;
    list->first = 0;
    free(list->spare);
    list->spare = chunk;
}

static int list_put(struct thrum_queue_list *list, void *item)
{
    if (list->end == STORE_CHUNK) {
        int result = chunk_add(list);
        if (result < 0)
            return result;
    }
    list->last->items[list->end++] = item;
    list->count++;
    return 0;
}

static void *list_get(struct thrum_queue_list *list)
{
    void *item = list->chunks->items[list->first++];
    if (--list->count == 0)
        list->first = list->end = 0; /* the same memory again, which is near */
    else if (list->first == STORE_CHUNK)
        chunk_remove(list);
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
    size_t at = queue->out.count++;
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
    last = heap[--queue->out.count];
    while ((child = 2 * at + 1) < queue->out.count) {
        if (child + 1 < queue->out.count && before(&heap[child + 1], &heap[child]))
            child++;
        if (!before(&heap[child], &last))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = last;
    return item;
}

/* --- the box --- */

enum { FEW = 2 }; /* exchanging lists for so many costs more than it spares */

bool store_refill(struct thrum_queue *queue)
{
    if (queue->out.count > 0 || store_box_state(queue) == BOX_CLOSED)
        return queue->out.count > 0;
    guard_acquire(&queue->box.guard);
    struct thrum_queue_list empty = queue->out; /* its memory serves the box */
    queue->out = queue->box.list;
    queue->box.list = empty;
    if (queue->out.count <= FEW || store_box_state(queue) == BOX_DRAINS)
        atomic_store_explicit(&queue->box.state, BOX_CLOSED, memory_order_relaxed);
    guard_release(&queue->box.guard);
    queue->unfinished += (ptrdiff_t)queue->out.count;
    return queue->out.count > 0;
}

void store_box(struct thrum_queue *queue, enum box_state state)
{
    guard_acquire(&queue->box.guard);
    atomic_store_explicit(&queue->box.state, state, memory_order_relaxed);
    guard_release(&queue->box.guard);
}

size_t store_boxed(struct thrum_queue *queue)
{
    if (store_box_state(queue) == BOX_CLOSED)
        return 0;
    guard_acquire(&queue->box.guard);
    size_t count = queue->box.list.count;
    guard_release(&queue->box.guard);
    return count;
}

static int box_put(struct thrum_queue *queue, void *item)
{
    guard_acquire(&queue->box.guard);
    int result = list_put(&queue->box.list, item);
    guard_release(&queue->box.guard);
    return result;
}

/* --- all orders --- */

void store_begin(struct thrum_queue *queue)
{
    list_begin(&queue->out);
    list_begin(&queue->box.list);
    queue->room = 0;
    queue->items = NULL;
    queue->serial = 0;
}

void store_end(struct thrum_queue *queue)
{
    list_end(&queue->out);
    list_end(&queue->box.list);
    free(queue->items);
    store_begin(queue);
}

size_t store_count(struct thrum_queue *queue)
{
    return queue->out.count + store_boxed(queue);
}

static int array_put(struct thrum_queue *queue, void *item, int64_t priority)
{
    int result = queue->out.count < queue->room ? 0 : resize(queue, queue->room ? queue->room * 2 : LEAST);
    if (result < 0)
        return result;
    if (queue->order == THRUM_QUEUE_PRIORITY)
        heap_put(queue, item, priority);
    else
        ((void **)queue->items)[queue->out.count++] = item;
    return 0;
}

int store_put(struct thrum_queue *queue, void *item, int64_t priority)
{
    if (store_box_state(queue) == BOX_OPEN) /* they are counted as they leave the box */
        return box_put(queue, item);
    int result = queue->order == THRUM_QUEUE_FIFO ? list_put(&queue->out, item) : array_put(queue, item, priority);
    queue->unfinished += result == 0;
    return result;
}

void *store_get(struct thrum_queue *queue)
{
    if (queue->order == THRUM_QUEUE_FIFO)
        return list_get(&queue->out);
    if (queue->room > KEEP && queue->out.count < queue->room / 8)
        (void)resize(queue, queue->room / 2); /* where there is no memory for less, more is kept */
    return queue->order == THRUM_QUEUE_PRIORITY ? heap_get(queue) : ((void **)queue->items)[--queue->out.count];
}
