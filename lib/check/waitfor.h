/* SPDX-License-Identifier: MIT */
/* Who waits for whom: a thread says what it is about to block for, and looks whether that closes a circle. */
#ifndef THRUM_CHECK_WAITFOR_H
#define THRUM_CHECK_WAITFOR_H

#include "check/state.h"

struct wait_target {
    uint64_t object;
    uint64_t handle; /* of a join, else 0 */
    uint8_t kind, mode;
    bool timed;
    const struct check_stack *stack;
    uint64_t mutex; /* that it drops, 0 for none, as this kind, which was held so often */
    uint8_t mutex_kind;
    uint32_t mutex_depth;
};

/* One thread of a circle, as it was when it was found. */
struct circle_step {
    const struct check_thread *thread;
    uint64_t sequence;
};

/*
 * The calling thread is about to block. Reports a deadlock that this closes; true where it did.
 * Must be called after all that the thread holds is in its held objects.
 */
bool waitfor_begin(struct check_thread *self, const struct wait_target *target);

/* Under the lock, when all threads stand still: reports a circle of theirs, also by semaphores that nobody gave back yet. */
bool waitfor_any(void);

/* It no longer blocks; it blocks again as it did, after a signal handler. */
void waitfor_end(struct check_thread *self);
void waitfor_again(struct check_thread *self, const struct wait *as);

/* What a thread holds of an object, NULL where it doesn't. */
const struct held *held_find(const struct check_thread *thread, uint64_t object);

#endif
