/* SPDX-License-Identifier: MIT */
/* Queues: birth and end, what is in them, tasks that are done, and shutdown. */
#include "queue.h"

#include <pthread.h>
#include "queue-store.h"

static int begin(struct thrum_queue *queue, enum thrum_queue_order order, size_t limit, const char *name,
                 unsigned flags, const void *site)
{
    object_begin(&queue->object, OBJECT_QUEUE, flags);
    guard_begin(&queue->guard);
    waiters_begin(&queue->getters);
    waiters_begin(&queue->putters);
    waiters_begin(&queue->joiners);
    queue->order = order;
    queue->limit = limit;
    queue->unfinished = 0;
    queue->shut = false;
    queue->drop = NULL;
    queue->boxes = order == THRUM_QUEUE_FIFO && limit == 0;
    annotate_atomic(&queue->box.state);
    atomic_init(&queue->box.state, BOX_CLOSED);
    guard_begin(&queue->box.guard);
    store_begin(queue);
    queue->object.name = name; /* for the announcement alone */
    queue_probed(queue, site);
    queue->object.name = NULL;
    return 0;
}

void queue_begin(struct thrum_queue *queue, enum thrum_queue_order order, size_t limit, const char *name,
                 const void *site)
{
    begin(queue, order, limit, name, 0, site);
}

static bool order_exists(enum thrum_queue_order order)
{
    return order == THRUM_QUEUE_FIFO || order == THRUM_QUEUE_LIFO || order == THRUM_QUEUE_PRIORITY;
}

int thrum_queue_init(struct thrum_queue *queue, enum thrum_queue_order order, size_t limit, const char *name)
{
    return order_exists(order) ? begin(queue, order, limit, name, 0, SITE) : EINVAL;
}

int thrum_queue_create(struct thrum_queue **queue, enum thrum_queue_order order, size_t limit, const char *name)
{
    if (!order_exists(order))
        return EINVAL;
    *queue = malloc(sizeof **queue);
    return *queue ? begin(*queue, order, limit, name, OBJECT_ON_HEAP, SITE) : ENOMEM;
}

int thrum_queue_on_drop(struct thrum_queue *queue, void (*drop)(void *item))
{
    object_check(&queue->object, OBJECT_QUEUE);
    queue->drop = drop;
    return 0;
}

/* Takes everything out and counts it as done; the caller drops it without the guard, which `drop` may need. */
static struct thrum_queue take_all(struct thrum_queue *queue)
{
    struct thrum_queue taken = { .order = queue->order, .drop = queue->drop, .boxes = queue->boxes, .out = queue->out,
                                 .items = queue->items, .room = queue->room };
    guard_begin(&taken.box.guard);
    guard_acquire(&queue->box.guard);
    taken.box.list = queue->box.list;
    atomic_init(&taken.box.state, BOX_DRAINS);
    ptrdiff_t count = (ptrdiff_t)queue->out.count;
    store_begin(queue);
    atomic_store_explicit(&queue->box.state, BOX_CLOSED, memory_order_relaxed);
    guard_release(&queue->box.guard);
    queue->unfinished -= count < queue->unfinished ? count : queue->unfinished;
    return taken;
}

static void drop_all(struct thrum_queue *taken)
{
    while (store_refill(taken)) {
        void *item = store_get(taken);
        if (taken->drop)
            taken->drop(item);
    }
    store_end(taken);
}

int thrum_queue_destroy(struct thrum_queue *queue)
{
    object_check(&queue->object, OBJECT_QUEUE);
    guard_acquire(&queue->guard);
    bool busy = queue->getters.first || queue->putters.first || queue->joiners.first;
    guard_release(&queue->guard);
    if (busy)
        return EBUSY;
    struct thrum_queue taken = take_all(queue);
    drop_all(&taken);
    object_end(&queue->object, queue, THRUM_kind_queue, SITE);
    return 0;
}

/* --- what is in it --- */

size_t thrum_queue_size(struct thrum_queue *queue)
{
    object_check(&queue->object, OBJECT_QUEUE);
    guard_acquire(&queue->guard);
    size_t count = store_count(queue);
    guard_release(&queue->guard);
    return count;
}

bool thrum_queue_empty(struct thrum_queue *queue)
{
    return thrum_queue_size(queue) == 0;
}

bool thrum_queue_full(struct thrum_queue *queue)
{
    return queue->limit > 0 && thrum_queue_size(queue) >= queue->limit;
}

bool thrum_queue_is_shut_down(struct thrum_queue *queue)
{
    object_check(&queue->object, OBJECT_QUEUE);
    guard_acquire(&queue->guard);
    bool shut = queue->shut;
    guard_release(&queue->guard);
    return shut;
}

/* --- tasks --- */

/* Those in the box count as well: a program may be done with items that it never took. */
static ptrdiff_t count_unfinished(struct thrum_queue *queue)
{
    return queue->unfinished > 1 ? queue->unfinished : queue->unfinished + (ptrdiff_t)store_boxed(queue);
}

int thrum_queue_task_done(struct thrum_queue *queue)
{
    object_check(&queue->object, OBJECT_QUEUE);
    struct thrum_waiter *joiners = NULL;
    guard_acquire(&queue->guard);
    ptrdiff_t unfinished = count_unfinished(queue);
    bool known = unfinished > 0;
    queue->unfinished -= known;
    if (unfinished == 1)
        joiners = waiters_take_many(&queue->joiners, UINT32_MAX);
    guard_release(&queue->guard);
    if (joiners && queue_probed(queue, SITE))
        probe_wake(queue, THRUM_kind_queue, THRUM_scope_all, SITE);
    waiters_signal(joiners);
    return known ? 0 : EINVAL;
}

struct joining {
    struct thrum_queue *queue;
    const void *site;
};

static void unwind(void *argument)
{
    struct joining *join = argument;
    probe_wait_end(join->queue, THRUM_kind_queue, NULL, THRUM_result_cancelled, join->site);
}

static int join_blocking(struct thrum_queue *queue, struct thrum_waiter *self, struct wait_limit *limit,
                         const void *site)
{
    if (!queue_probed(queue, site))
        return -waiters_wait(&queue->joiners, &queue->guard, self, limit, WAIT_CANCELLABLE);
    struct joining join = { queue, site };
    int result = probe_wait_begin(queue, THRUM_kind_queue, NULL, wait_limit_left(limit), site);
    if (result != 0 && !waiters_leave(&queue->joiners, &queue->guard, self))
        result = 0;
    pthread_cleanup_push(unwind, &join);
    if (result == 0)
        result = -waiters_wait(&queue->joiners, &queue->guard, self, limit, WAIT_CANCELLABLE);
    pthread_cleanup_pop(0);
    probe_wait_end(queue, THRUM_kind_queue, NULL, result, site);
    return result;
}

static int join(struct thrum_queue *queue, struct wait_limit *limit, const void *site)
{
    object_check(&queue->object, OBJECT_QUEUE);
    struct thrum_waiter self;
    guard_acquire(&queue->guard);
    bool done = count_unfinished(queue) == 0;
    if (!done)
        waiters_add(&queue->joiners, &self, 0);
    guard_release(&queue->guard);
    return done ? 0 : join_blocking(queue, &self, limit, site);
}

int thrum_queue_join(struct thrum_queue *queue)
{
    return join(queue, NULL, SITE);
}

int thrum_queue_join_for(struct thrum_queue *queue, int64_t nanoseconds)
{
    struct wait_limit space, *limit;
    int result = wait_limit_for(&space, nanoseconds, &limit);
    return result < 0 ? -result : join(queue, limit, SITE);
}

/* --- shutdown --- */

int thrum_queue_shutdown(struct thrum_queue *queue, bool immediate)
{
    object_check(&queue->object, OBJECT_QUEUE);
    struct thrum_queue taken = { .items = NULL };
    struct thrum_waiter *joiners = NULL;
    if (queue_probed(queue, SITE))
        probe_wake(queue, THRUM_kind_queue, THRUM_scope_all, SITE);
    guard_acquire(&queue->guard);
    queue->shut = true;
    if (store_box_state(queue) != BOX_CLOSED)
        store_box(queue, BOX_DRAINS);
    if (immediate) {
        taken = take_all(queue);
        if (queue->unfinished == 0)
            joiners = waiters_take_many(&queue->joiners, UINT32_MAX);
    }
    struct thrum_waiter *getters = waiters_take_many(&queue->getters, UINT32_MAX);
    struct thrum_waiter *putters = waiters_take_many(&queue->putters, UINT32_MAX);
    guard_release(&queue->guard);
    waiters_signal(getters);
    waiters_signal(putters);
    waiters_signal(joiners);
    if (immediate)
        drop_all(&taken);
    return 0;
}
