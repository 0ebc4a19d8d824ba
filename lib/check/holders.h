/* SPDX-License-Identifier: MIT */
/*
 * Who else holds an object, or waits for it. A thread's held objects are written by it alone, after it got them and before it
 * gives them back; so what is read there twice was held all the while.
 */
#ifndef THRUM_CHECK_HOLDERS_H
#define THRUM_CHECK_HOLDERS_H

#include "check/state.h"

/* Under the lock: another living thread that holds the object, and how; NULL where none is found. */
const struct check_thread *holders_other(const struct check_thread *self, uint64_t object, struct held *how);

/* Under the lock: what one thread holds of the object, read twice. */
bool holders_holds(const struct check_thread *thread, uint64_t object, struct held *how);

/* Under the lock: another thread that is blocked for it, and that nobody woke since; `wait` is a copy of its wait. */
const struct check_thread *holders_waiter(const struct check_thread *self, uint64_t object, struct wait *wait);

/* Whether it, or one with the same hash, was ever woken. */
bool holders_was_woken(uint64_t object);

/* Whether a wake of the object, or of one with the same hash, came since a wait began. */
bool holders_woken(const struct wait *wait);

/* Whether it may be that a thread waits for it: false is certain. Without the lock. */
bool holders_may_wait(uint64_t object);

/* A wait begins and ends; who waits on a condition is woken. By any thread, without the lock. */
void holders_wait_begins(struct wait *wait);
void holders_wait_ends(const struct wait *wait);
void holders_wake(uint64_t object);

#endif
