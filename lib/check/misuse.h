/* SPDX-License-Identifier: MIT */
/*
 * Misuse of objects: only what is certain. All are called by the thread that does it, before the real call, without the
 * checker's lock, and off the fast paths; `stack` is where it is done.
 */
#ifndef THRUM_CHECK_MISUSE_H
#define THRUM_CHECK_MISUSE_H

#include "check/state.h"
#include "records.h"

/* Gives back what it doesn't hold; `mode` unknown: the object itself says so, too. */
void misuse_unlock(struct check_thread *self, uint64_t object, uint8_t kind, uint8_t mode, const struct check_stack *stack);

/* Gives back, as the kind it isn't, what it holds. */
void misuse_unlock_as(struct check_thread *self, const struct held *held, uint8_t kind, const struct check_stack *stack);

/* Gives back, for good, a robust mutex whose holder died and that nobody made consistent. */
void misuse_inconsistent(struct check_thread *self, const struct held *held, const struct check_stack *stack);

/* Takes it, or waits for it: is it there, and what it is taken for? */
void misuse_use(struct check_thread *self, uint64_t object, uint8_t kind, const struct check_stack *stack);

/* Failed to take it, with EINVAL. */
void misuse_invalid(struct check_thread *self, uint64_t object, uint8_t kind, const struct check_stack *stack);

/* Waits, until a timeout, for what it holds. */
void misuse_relock(struct check_thread *self, const struct held *held, const struct check_stack *stack);

/* Destroys it, or (kind unknown) ends its memory; `mapping`: that may not be readable. */
void misuse_end(struct check_thread *self, uint64_t object, uint8_t kind, bool mapping, const struct check_stack *stack);

/* Initialised it. */
void misuse_init(struct check_thread *self, uint64_t object, uint8_t kind, const struct check_stack *stack);

/* Waits on a condition; `held` is what it holds of the mutex, NULL where nothing. */
void misuse_cond_wait(struct check_thread *self, uint64_t cond, uint64_t mutex, const struct held *held, const struct check_stack *stack);

/* Waits for the end of a thread. */
void misuse_join(struct check_thread *self, uint64_t handle, const struct check_stack *stack);

#endif
