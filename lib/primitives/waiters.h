/* SPDX-License-Identifier: MIT */
/*
 * Lists of waiting threads, oldest first, each with a word of its own on its stack.
 *
 * A waiter is added under its object's guard, then waits without it. Who ends its wait takes it off the list under the
 * guard, lets the guard go, and signals it: from then on the waiter may be gone, and with it the object that the
 * list is in. So an object may be destroyed as soon as the waits for it have returned.
 *
 *   added ──taken off by a waker──> off ──signalled──> returns 0
 *     └──time is up, interrupted, cancelled: takes itself off──> returns why
 *
 * A waiter whose time is up but that was taken off before waits for its signal, which is certain to come, and
 * returns 0: who takes a waiter off gives it something, and nothing is lost.
 */
#ifndef THRUM_PRIMITIVES_WAITERS_H
#define THRUM_PRIMITIVES_WAITERS_H

#include "guard.h"
#include "object.h"
#include "wait.h"

struct thrum_waiter {
    struct thrum_waiter *next, *previous;
    _Atomic uint32_t word; /* 0 until signalled */
    bool listed;           /* guarded by the list's guard */
    bool given;            /* a cancelled wait was given something, which must go to another */
    uint32_t tag;          /* for the object: written by who adds, rewritten by who takes off */
};

/* Makes an empty list. */
void waiters_begin(struct thrum_waiters *waiters);

/* Under the guard: adds a waiter, as the newest or the oldest. */
void waiters_add(struct thrum_waiters *waiters, struct thrum_waiter *waiter, uint32_t tag);
void waiters_add_oldest(struct thrum_waiters *waiters, struct thrum_waiter *waiter, uint32_t tag);

/* Under the guard: takes the oldest off, NULL where there is none. It must be signalled, without the guard. */
struct thrum_waiter *waiters_take(struct thrum_waiters *waiters);

/* The same for the `count` oldest: a chain by `next`. */
struct thrum_waiter *waiters_take_many(struct thrum_waiters *waiters, uint32_t count);

/* Ends the waits of a chain; none of it may be touched any more. NULL is no chain. */
void waiters_signal(struct thrum_waiter *chain);

/* Without the guard: takes a waiter off that gives up before it waits. False: a waker has done so, and signals it. */
bool waiters_leave(struct thrum_waiters *waiters, struct thrum_guard *guard, struct thrum_waiter *waiter);

/*
 * Waits, without the guard, for the signal. 0: signalled, `tag` is the waker's; else it isn't in the list any more:
 * -ETIMEDOUT, -EINTR. Where a cancellation unwinds, `given` tells a clean-up of the caller's that the waiter had been
 * taken off.
 */
int waiters_wait(struct thrum_waiters *waiters, struct thrum_guard *guard, struct thrum_waiter *waiter,
                 struct wait_limit *limit, unsigned flags);

#endif
