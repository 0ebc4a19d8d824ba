/* SPDX-License-Identifier: MIT */
/* The threads that the checker knows. */
#ifndef THRUM_CHECK_THREAD_H
#define THRUM_CHECK_THREAD_H

#include "check/state.h"

/* Makes the calling thread known; NULL where there is no memory for that. */
struct check_thread *thread_meet(void);

/* The calling thread; made known where it isn't. NULL where there is no memory for that. */
static inline struct check_thread *thread_self(void)
{
    return __builtin_expect(thrum_self.check != NULL, 1) ? thrum_self.check : thread_meet();
}

/* Room for what a thread holds: of so many places, the first for what counts as nothing. It holds nothing then. */
void thread_give_room(struct check_thread *thread, struct held *room, uint32_t capacity);

/* --- under the lock --- */

struct check_thread *thread_by_handle(uint64_t handle);
/* The newest that has it, also where it was joined. */
const struct check_thread *thread_last_with(uint64_t handle);
struct check_thread *thread_by_tid(int32_t tid);

/* --- creation and join --- */

/* The calling thread is about to create the thread of this number. */
void thread_spawns(uint64_t number, const struct check_stack *stack);
/* It was created; the handle was another's before. */
void thread_is_spawned(uint64_t number, uint64_t handle);
/* The calling thread begins; `number` as above, 0 for a main thread; `kept` as in struct check_thread. */
void thread_begins(uint64_t number, uint64_t handle, bool kept);
void thread_ends(void);
void thread_joins(uint64_t handle); /* is about to: once it was joined, its handle may be another's */
void thread_is_joined(uint64_t handle);
void thread_is_detached(uint64_t handle);
void thread_is_cancelled(uint64_t handle);
void thread_is_named(uint64_t handle, const char *name);

/* In a forked child: the calling thread is the only one. */
void threads_forked(void);

#endif
