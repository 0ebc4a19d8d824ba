/* SPDX-License-Identifier: MIT */
/*
 * Waits for a wake-up, a join or a barrier by who holds what the waker needs, in a run that didn't hang. A thread waits for
 * `what` while it holds a lock, and who then wakes it had taken and given back that lock shortly before: had the first been
 * there a moment earlier, neither would get on.
 *
 * Told is only what nothing seen speaks against:
 *   - between the lock and the wake the waker waited for nothing and woke nobody: it runs straight from one to the other, and
 *     could have told nobody that it had the lock behind it;
 *   - the waiter ended no wait since the waker gave the lock back: it didn't wait for that;
 *   - of a condition or a semaphore: nobody woke it before, and nobody who doesn't need the lock ever does; so that is told when
 *     it is destroyed or the process ends. A join and a barrier have no other waker, and are told at once.
 * What is not seen is order by plain memory, files or sockets; and locks that were taken where a thread takes them all the time:
 * of those the first time counts.
 */
#ifndef THRUM_CHECK_OBLIGED_H
#define THRUM_CHECK_OBLIGED_H

#include "check/waitfor.h"

/* The calling thread got a lock, in a call that would have blocked. Not every time; see above. */
void obliged_took(struct check_thread *self, uint64_t object, uint8_t kind, uint8_t mode, const struct check_stack *stack);

/* It begins a wait, and has dropped the mutex of a condition; it ends one, or gets a semaphore. */
void obliged_waits(struct check_thread *self, const struct wait_target *target);
void obliged_waited(struct check_thread *self);

/* Whether anybody's wait may hang on this: false is certain. Who wakes such an object only counts that. */
bool obliged_is_part(uint64_t object);

/* It wakes who waits for this: signals, posts, comes to a barrier, ends (`what` is its handle); it creates a thread: 0. */
void obliged_wakes(struct check_thread *self, uint64_t what, uint8_t kind, const struct check_stack *stack);

/* The object is no more, or another; all are, as the process ends; in a forked child nothing is known. Without the lock. */
void obliged_forget(uint64_t object);
void obliged_all_end(void);
void obliged_forked(void);

#endif
