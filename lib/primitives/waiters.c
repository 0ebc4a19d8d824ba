/* SPDX-License-Identifier: MIT */
/* Lists of waiting threads. */
#include "waiters.h"

#include <pthread.h>

void waiters_begin(struct thrum_waiters *waiters)
{
    waiters->count = 0;
    waiters->first = waiters->last = NULL;
}

static void prepare(struct thrum_waiter *waiter, uint32_t tag)
{
    annotate_atomic(&waiter->word);
    atomic_init(&waiter->word, 0);
    waiter->listed = true;
    waiter->given = false;
    waiter->tag = tag;
}

void waiters_add(struct thrum_waiters *waiters, struct thrum_waiter *waiter, uint32_t tag)
{
    prepare(waiter, tag);
    waiter->next = NULL;
    waiter->previous = waiters->last;
    *(waiters->last ? &waiters->last->next : &waiters->first) = waiter;
    waiters->last = waiter;
    waiters->count++;
}

void waiters_add_oldest(struct thrum_waiters *waiters, struct thrum_waiter *waiter, uint32_t tag)
{
    prepare(waiter, tag);
    waiter->previous = NULL;
    waiter->next = waiters->first;
    *(waiters->first ? &waiters->first->previous : &waiters->last) = waiter;
    waiters->first = waiter;
    waiters->count++;
}

static void unlist(struct thrum_waiters *waiters, struct thrum_waiter *waiter)
{
    *(waiter->previous ? &waiter->previous->next : &waiters->first) = waiter->next;
    *(waiter->next ? &waiter->next->previous : &waiters->last) = waiter->previous;
    waiter->listed = false;
    waiters->count--;
}

struct thrum_waiter *waiters_take(struct thrum_waiters *waiters)
{
    return waiters_take_many(waiters, 1);
}

struct thrum_waiter *waiters_take_many(struct thrum_waiters *waiters, uint32_t count)
{
    struct thrum_waiter *chain = NULL, **end = &chain;
    while (count-- > 0 && waiters->first) {
        struct thrum_waiter *waiter = waiters->first;
        unlist(waiters, waiter);
        waiter->next = NULL;
        *end = waiter;
        end = &waiter->next;
    }
    return chain;
}

void waiters_signal(struct thrum_waiter *chain)
{
    while (chain) {
        struct thrum_waiter *waiter = chain;
        chain = waiter->next; /* before the signal: afterwards the waiter is gone */
        annotate_before(waiter);
        atomic_exchange(&waiter->word, 1);
        wait_wake(&waiter->word, 1);
    }
}

/* The waiter was taken off: its signal is on the way. */
static void await_signal(struct thrum_waiter *waiter)
{
    while (atomic_load_explicit(&waiter->word, memory_order_acquire) == 0)
        wait_on(&waiter->word, 0, NULL, WAIT_UNINTERRUPTED);
    annotate_after(waiter);
}

bool waiters_leave(struct thrum_waiters *waiters, struct thrum_guard *guard, struct thrum_waiter *waiter)
{
    guard_acquire(guard);
    bool listed = waiter->listed;
    if (listed)
        unlist(waiters, waiter);
    guard_release(guard);
    return listed;
}

struct unwinding {
    struct thrum_waiters *waiters;
    struct thrum_guard *guard;
    struct thrum_waiter *waiter;
};

static void unwind(void *argument)
{
    struct unwinding *wait = argument;
    wait->waiter->given = !waiters_leave(wait->waiters, wait->guard, wait->waiter);
    if (wait->waiter->given)
        await_signal(wait->waiter);
}

int waiters_wait(struct thrum_waiters *waiters, struct thrum_guard *guard, struct thrum_waiter *waiter,
                 struct wait_limit *limit, unsigned flags)
{
    struct unwinding wait = { waiters, guard, waiter };
    int result = 0;
    pthread_cleanup_push(unwind, &wait);
    while (result == 0 && atomic_load_explicit(&waiter->word, memory_order_acquire) == 0)
        result = wait_on(&waiter->word, 0, limit, flags);
    pthread_cleanup_pop(0);
    if (result == 0) {
        annotate_after(waiter);
        return 0;
    }
    if (waiters_leave(waiters, guard, waiter))
        return result;
    await_signal(waiter);
    if (result == -EINTR) /* not now, but it isn't lost */
        wait_interrupt(wait_interrupt_last());
    return 0;
}
