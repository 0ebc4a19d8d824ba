/* SPDX-License-Identifier: MIT */
/*
 * Queues: put and get.
 *
 * All of a queue is under its guard, but for the box (queue-store.h). A put takes one waiting getter off its list and
 * signals it, a get one putter; the signalled looks again, and where another was faster it waits on, as the oldest. A signal that a cancelled wait
 * was given goes on to the next. As each put signals at most one getter and each signalled getter takes an item or
 * waits on, no item lies there while a getter sleeps that nobody has signalled.
 */
#include "queue.h"

#include <pthread.h>
#include "queue-store.h"

bool queue_probed(struct thrum_queue *queue, const void *site)
{
    if (__builtin_expect(!probe_on(), 1))
        return false;
    struct object_birth birth = { THRUM_kind_queue, { .value = queue->limit < UINT32_MAX ? (uint32_t)queue->limit
                                                                                         : UINT32_MAX } };
    return object_probed(&queue->object, queue, &birth, site);
}

/* One side of a queue: who waits there, and when it can go on. */
struct side {
    struct thrum_queue *queue;
    struct thrum_waiters *waiters;
    bool (*ready)(struct thrum_queue *queue);
    const void *site;
    struct thrum_waiter self;
    bool probed;
};

/* Where it can't, the box is closed: the next put comes under the queue's guard and looks for waiters. */
static bool can_get(struct thrum_queue *queue)
{
    return store_refill(queue);
}

static bool can_put(struct thrum_queue *queue)
{
    return queue->limit == 0 || queue->out.count < queue->limit;
}

/* A cancelled wait: what it was given goes to the next. */
static void unwind(void *argument)
{
    struct side *side = argument;
    if (side->self.given) {
        struct thrum_waiter *next = NULL;
        guard_acquire(&side->queue->guard);
        if (side->ready(side->queue))
            next = waiters_take(side->waiters);
        guard_release(&side->queue->guard);
        waiters_signal(next);
    }
    if (side->probed)
        probe_wait_end(side->queue, THRUM_kind_queue, NULL, THRUM_result_cancelled, side->site);
}

/* Waits until the side is ready. 0: it is, or the queue is shut down, and the guard is held; else an errno value. */
static int wait_ready(struct side *side, struct wait_limit *limit)
{
    struct thrum_queue *queue = side->queue;
    int result = 0;
    bool again = false;
    pthread_cleanup_push(unwind, side);
    for (;;) {
        guard_acquire(&queue->guard);
        if (side->ready(queue) || queue->shut)
            break;
        (again ? waiters_add_oldest : waiters_add)(side->waiters, &side->self, 0);
        guard_release(&queue->guard);
        result = -waiters_wait(side->waiters, &queue->guard, &side->self, limit, WAIT_CANCELLABLE);
        if (result != 0)
            break;
        again = true;
    }
    pthread_cleanup_pop(0);
    return result;
}

/* Waits, telling of it, with the guard held before, and after where the result is 0. */
static int block(struct side *side, struct wait_limit *limit)
{
    struct thrum_queue *queue = side->queue;
    guard_release(&queue->guard);
    if (!side->probed)
        return wait_ready(side, limit);
    int result = probe_wait_begin(queue, THRUM_kind_queue, NULL, wait_limit_left(limit), side->site);
    if (result == 0)
        result = wait_ready(side, limit);
    bool shut = result == 0 && queue->shut && !side->ready(queue);
    if (result == 0)
        guard_release(&queue->guard);
    probe_wait_end(queue, THRUM_kind_queue, NULL, shut ? THRUM_result_shutdown : result, side->site);
    if (result == 0)
        guard_acquire(&queue->guard);
    return result;
}

/* --- put --- */

/* Under the guard, which it lets go: puts the item where there is room. 0, EAGAIN: there is none, and the guard is
 * still held; ESHUTDOWN, ENOMEM. */
static inline int put_now(struct thrum_queue *queue, void *item, int64_t priority)
{
    struct thrum_waiter *getter = NULL;
    int result = 0;
    if (queue->shut)
        result = ESHUTDOWN;
    else if (!can_put(queue))
        return EAGAIN;
    else
        result = -store_put(queue, item, priority);
    if (result == 0)
        getter = waiters_take(&queue->getters);
    guard_release(&queue->guard);
    waiters_signal(getter);
    return result;
}

/* The wake is told before the item can be taken: only where it can be put at once, or has been waited for. */
static void tell_put(struct thrum_queue *queue, const void *site)
{
    guard_acquire(&queue->guard);
    bool can = !queue->shut && can_put(queue);
    guard_release(&queue->guard);
    if (can)
        probe_wake(queue, THRUM_kind_queue, THRUM_scope_one, site);
}

/* Puts an item into the box, as short as can be. */
static inline bool box_shortly(struct thrum_queue *queue, void *item)
{
    guard_acquire(&queue->box.guard);
    bool done = store_box_state(queue) == BOX_OPEN && list_put_shortly(&queue->box.list, item);
    guard_release(&queue->box.guard);
    return done;
}

/*
 * What most puts are, as short as it can be: there is room, and nobody waits, listens or has shut it down. False: it
 * isn't that, and nothing was done.
 */
static inline bool put_shortly(struct thrum_queue *queue, void *item)
{
    object_check(&queue->object, OBJECT_QUEUE);
    if (__builtin_expect(probe_on(), 0))
        return false;
    if (store_box_state(queue) == BOX_OPEN)
        return box_shortly(queue, item);
    bool alone = guard_acquire(&queue->guard);
    bool quiet = !queue->getters.first && !queue->shut;
    if (!alone && quiet && queue->boxes)
        store_box(queue, BOX_OPEN);
    bool done = quiet && store_box_state(queue) == BOX_CLOSED && can_put(queue) && list_put_shortly(&queue->out, item);
    queue->unfinished += done;
    guard_release(&queue->guard);
    return done;
}

int queue_put(struct thrum_queue *queue, void *item, int64_t priority, struct wait_limit *limit, const void *site)
{
    object_check(&queue->object, OBJECT_QUEUE);
    bool probed = queue_probed(queue, site);
    if (probed)
        tell_put(queue, site);
    guard_acquire(&queue->guard);
    int result = put_now(queue, item, priority);
    if (__builtin_expect(result != EAGAIN, 1))
        return result;
    struct side side = { queue, &queue->putters, can_put, site, .probed = probed };
    do {
        result = block(&side, limit);
        if (result != 0)
            return result;
        if (probed)
            probe_wake(queue, THRUM_kind_queue, THRUM_scope_one, site);
        result = put_now(queue, item, priority);
    } while (result == EAGAIN);
    return result;
}

/* --- get --- */

/* Under the guard, which it lets go: takes an item where there is one. 0, EAGAIN: there is none, and the guard is
 * still held; ESHUTDOWN. */
static inline int get_now(struct thrum_queue *queue, void **item, bool probed, const void *site)
{
    if (!store_refill(queue)) {
        if (!queue->shut)
            return EAGAIN;
        guard_release(&queue->guard);
        return ESHUTDOWN;
    }
    *item = store_get(queue);
    struct thrum_waiter *putter = waiters_take(&queue->putters);
    guard_release(&queue->guard);
    if (probed && putter)
        probe_wake(queue, THRUM_kind_queue, THRUM_scope_one, site);
    waiters_signal(putter);
    return 0;
}

/* The same for gets. */
static inline bool get_shortly(struct thrum_queue *queue, void **item)
{
    object_check(&queue->object, OBJECT_QUEUE);
    if (__builtin_expect(probe_on(), 0))
        return false;
    guard_acquire(&queue->guard);
    if (queue->out.count == 0)
        store_refill(queue);
    bool done = !queue->putters.first && list_get_shortly(&queue->out, item);
    guard_release(&queue->guard);
    return done;
}

int queue_get(struct thrum_queue *queue, void **item, struct wait_limit *limit, const void *site)
{
    object_check(&queue->object, OBJECT_QUEUE);
    bool probed = queue_probed(queue, site);
    guard_acquire(&queue->guard);
    int result = get_now(queue, item, probed, site);
    if (__builtin_expect(result == EAGAIN, 0)) {
        struct side side = { queue, &queue->getters, can_get, site, .probed = probed };
        do {
            result = block(&side, limit);
            if (result != 0)
                return result;
            result = get_now(queue, item, probed, site);
        } while (result == EAGAIN);
    } else if (result == 0 && probed) {
        probe_acquire(queue, THRUM_kind_queue, THRUM_mode_shared, wait_limit_how(limit), site);
    }
    return result;
}

/* --- the public functions --- */

int thrum_queue_put(struct thrum_queue *queue, void *item)
{
    return put_shortly(queue, item) ? 0 : queue_put(queue, item, 0, NULL, SITE);
}

int thrum_queue_put_for(struct thrum_queue *queue, void *item, int64_t nanoseconds)
{
    struct wait_limit space, *limit;
    int result = wait_limit_for(&space, nanoseconds, &limit);
    return result < 0 ? -result : queue_put(queue, item, 0, limit, SITE);
}

int thrum_queue_put_until(struct thrum_queue *queue, void *item, const struct timespec *deadline)
{
    struct wait_limit space, *limit;
    int result = wait_limit_until(&space, deadline, &limit);
    return result < 0 ? -result : queue_put(queue, item, 0, limit, SITE);
}

int thrum_queue_put_priority(struct thrum_queue *queue, void *item, int64_t priority, int64_t nanoseconds)
{
    struct wait_limit space, *limit;
    int result = wait_limit_for(&space, nanoseconds, &limit);
    if (result < 0 || queue->order != THRUM_QUEUE_PRIORITY)
        return EINVAL;
    return queue_put(queue, item, priority, limit, SITE);
}

int thrum_queue_try_put(struct thrum_queue *queue, void *item)
{
    object_check(&queue->object, OBJECT_QUEUE);
    bool probed = queue_probed(queue, SITE);
    if (probed)
        tell_put(queue, SITE);
    guard_acquire(&queue->guard);
    int result = put_now(queue, item, 0);
    if (result == EAGAIN)
        guard_release(&queue->guard);
    if (probed && result != 0)
        probe_acquire_fail(queue, THRUM_kind_queue, THRUM_mode_shared, THRUM_how_try,
                           result == ESHUTDOWN ? THRUM_result_shutdown : result, SITE);
    return result;
}

int thrum_queue_get(struct thrum_queue *queue, void **item)
{
    return get_shortly(queue, item) ? 0 : queue_get(queue, item, NULL, SITE);
}

int thrum_queue_get_for(struct thrum_queue *queue, void **item, int64_t nanoseconds)
{
    struct wait_limit space, *limit;
    int result = wait_limit_for(&space, nanoseconds, &limit);
    return result < 0 ? -result : queue_get(queue, item, limit, SITE);
}

int thrum_queue_get_until(struct thrum_queue *queue, void **item, const struct timespec *deadline)
{
    struct wait_limit space, *limit;
    int result = wait_limit_until(&space, deadline, &limit);
    return result < 0 ? -result : queue_get(queue, item, limit, SITE);
}

int thrum_queue_try_get(struct thrum_queue *queue, void **item)
{
    object_check(&queue->object, OBJECT_QUEUE);
    bool probed = queue_probed(queue, SITE);
    guard_acquire(&queue->guard);
    int result = get_now(queue, item, probed, SITE);
    if (result == EAGAIN)
        guard_release(&queue->guard);
    if (!probed)
        return result;
    if (result == 0)
        probe_acquire(queue, THRUM_kind_queue, THRUM_mode_shared, THRUM_how_try, SITE);
    else
        probe_acquire_fail(queue, THRUM_kind_queue, THRUM_mode_shared, THRUM_how_try,
                           result == ESHUTDOWN ? THRUM_result_shutdown : result, SITE);
    return result;
}
