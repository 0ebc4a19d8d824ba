/* SPDX-License-Identifier: MIT */
/* What threads leave behind: locks that a thread held as it ended, or as the process was forked; threads that nobody joined. */
#ifndef THRUM_CHECK_LEAVING_H
#define THRUM_CHECK_LEAVING_H

#include "check/state.h"

/* The calling thread ends; what it holds its destructors may give back. Under the lock. */
void leaving_ends(const struct check_thread *self);

/* A thread has ended for good: it was joined, or its id is gone. Under the lock. */
void leaving_ended(struct check_thread *thread);

/* The calling thread is about to wait for what may be held by one that isn't there any more. */
void leaving_blocks(const struct check_thread *self, uint64_t object, uint8_t kind, uint8_t mode, const struct check_stack *stack);

/* In a forked child, under the lock: of the threads that aren't here what they hold stays held. */
void leaving_forked(struct check_thread *thread);

/* The object ends or is made anew: nobody holds it now. */
void leaving_forget(uint64_t object);

/* The process ends. */
void leaving_process_ends(void);

#endif
