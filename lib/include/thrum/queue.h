/* SPDX-License-Identifier: MIT */
/*
 * Queues between any number of producers and consumers (CPython's queue.Queue, LifoQueue and PriorityQueue, with the
 * shutdown of 3.13).
 *
 *     thrum_queue_init(&queue, THRUM_QUEUE_FIFO, 100, "jobs");
 *
 *     producer:  thrum_queue_put(&queue, job);         consumer:  while (thrum_queue_get(&queue, &job) == 0) {
 *                                                                     work(job);
 *                thrum_queue_shutdown(&queue, false);                 thrum_queue_task_done(&queue);
 *                                                                 }
 *
 * An item is a pointer, also NULL, that the queue never looks at. What a thread did before it put an item happens
 * before the return of the get that takes it. A get or put that ends with any other result than 0 took and put
 * nothing; an item is never taken and dropped, not by interrupts, timeouts or cancellation either. Gets and puts are
 * cancellation points where they block. No wake-up wakes more threads than can go on.
 */
#ifndef THRUM_QUEUE_H
#define THRUM_QUEUE_H

#include <thrum/base.h>

THRUM_BEGIN_DECLARATIONS

enum thrum_queue_order {
    THRUM_QUEUE_FIFO,     /* the oldest item first */
    THRUM_QUEUE_LIFO,     /* the newest item first */
    THRUM_QUEUE_PRIORITY, /* the lowest priority first, of equals the oldest */
};

/* Items in the order of putting; private. */
struct thrum_queue_list {
    struct thrum_queue_chunk *chunks, *last, *spare;
    size_t first, end; /* in the first chunk and in the last */
    size_t count;
};

/* Its fields are private. */
struct thrum_queue {
    struct thrum_object object;
    struct thrum_guard guard; /* of all but the box */
    enum thrum_queue_order order;
    struct thrum_waiters getters, putters, joiners;
    size_t limit;         /* 0: none */
    ptrdiff_t unfinished; /* without those in the box */
    bool shut;
    bool boxes; /* it may have items put into the box */
    struct thrum_queue_list out; /* what gets take from: FIFO; of other orders only the count */
    void *items;                 /* other orders */
    size_t room;
    uint64_t serial; /* PRIORITY: of the next item */
    void (*drop)(void *item);
    struct {
        char apart[64]; /* keeps those who put away from the cache line of those who get */
        struct thrum_guard guard;
        THRUM_ATOMIC(uint32_t) state;
        struct thrum_queue_list list;
    } box;
};

/* Makes an empty queue of at most `limit` items, 0: of any number, in `*queue` or on the heap. 0; EINVAL: no such
 * order; ENOMEM. */
THRUM_API int thrum_queue_init(struct thrum_queue *queue, enum thrum_queue_order order, size_t limit,
                               const char *name);
THRUM_API int thrum_queue_create(struct thrum_queue **queue, enum thrum_queue_order order, size_t limit,
                                 const char *name);

/* What becomes of items that an immediate shutdown or destroy drops: `drop` gets each of them; NULL: nothing does. 0.
 * To be called before the queue is shared. */
THRUM_API int thrum_queue_on_drop(struct thrum_queue *queue, void (*drop)(void *item));

/* Ends it, dropping what is in it. 0; EBUSY: a thread waits, and it lives on. */
THRUM_API int thrum_queue_destroy(struct thrum_queue *queue);

/* Puts an item in, waiting while the queue is full. 0; ESHUTDOWN; ENOMEM; EINTR. In a priority queue its priority
 * is 0. */
THRUM_API int thrum_queue_put(struct thrum_queue *queue, void *item);

/* The same for at most that long. Also ETIMEDOUT; EINVAL: bad timeout. */
THRUM_API int thrum_queue_put_for(struct thrum_queue *queue, void *item, int64_t nanoseconds);
THRUM_API int thrum_queue_put_until(struct thrum_queue *queue, void *item, const struct timespec *deadline);

/* The same without blocking. 0; EAGAIN: the queue is full; ESHUTDOWN; ENOMEM. */
THRUM_API int thrum_queue_try_put(struct thrum_queue *queue, void *item);

/* Puts an item with a priority into a priority queue; waits at most that long. As above; EINVAL: not such a queue. */
THRUM_API int thrum_queue_put_priority(struct thrum_queue *queue, void *item, int64_t priority, int64_t nanoseconds);

/* Takes an item out, waiting while the queue is empty. 0 and *item; ESHUTDOWN: it is empty and shut down; EINTR. */
THRUM_API int thrum_queue_get(struct thrum_queue *queue, void **item);

/* The same for at most that long. Also ETIMEDOUT; EINVAL: bad timeout. */
THRUM_API int thrum_queue_get_for(struct thrum_queue *queue, void **item, int64_t nanoseconds);
THRUM_API int thrum_queue_get_until(struct thrum_queue *queue, void **item, const struct timespec *deadline);

/* The same without blocking. 0; EAGAIN: the queue is empty; ESHUTDOWN. */
THRUM_API int thrum_queue_try_get(struct thrum_queue *queue, void **item);

/* At this instant: the number of items; whether there is none; whether there are as many as may be; whether it is
 * shut down. */
THRUM_API size_t thrum_queue_size(struct thrum_queue *queue);
THRUM_API bool thrum_queue_empty(struct thrum_queue *queue);
THRUM_API bool thrum_queue_full(struct thrum_queue *queue);
THRUM_API bool thrum_queue_is_shut_down(struct thrum_queue *queue);

/* A consumer is done with an item that it took. 0; EINVAL: called more often than items were put in. */
THRUM_API int thrum_queue_task_done(struct thrum_queue *queue);

/* Waits until task_done() was called for every item put in so far. 0; EINTR; ETIMEDOUT; EINVAL: bad timeout. */
THRUM_API int thrum_queue_join(struct thrum_queue *queue);
THRUM_API int thrum_queue_join_for(struct thrum_queue *queue, int64_t nanoseconds);

/*
 * Shuts the queue down: puts return ESHUTDOWN, also those that wait; gets do so once it is empty. Immediate: the queue
 * is emptied at once, each item dropped counting as done. 0.
 */
THRUM_API int thrum_queue_shutdown(struct thrum_queue *queue, bool immediate);

THRUM_END_DECLARATIONS

#endif
