/* SPDX-License-Identifier: MIT */
/*
 * Blocking: how long, on what, until woken or interrupted.
 *
 * A thread blocks on a futex word of the object and is woken through wait_wake(). The main thread alone can be
 * interrupted, so it blocks on a word of its own, which wakers and interrupters both write, and tells in one
 * pointer which word it stands for. No wake-up and no interrupt is lost:
 *
 *   main thread                               waker                          interrupter
 *   clears WOKEN in its word                  changes *word                  sets INTERRUPTED in main's word
 *   publishes `word`                          wakes sleepers on *word        wakes main's word
 *   reads *word, its own word                 reads what main published;
 *   sleeps while its own word is unchanged    if `word`: sets WOKEN, wakes main's word
 *
 * Publishing, changing and the two reads are sequentially consistent, so either the main thread sees the change or
 * the waker sees the main thread. A waker of one wakes one sleeper on *word *and* the main thread: one of both may
 * find nothing and sleep again.
 */
#ifndef THRUM_PRIMITIVES_WAIT_H
#define THRUM_PRIMITIVES_WAIT_H

#include <stdatomic.h>
#include "core/futex.h"
#include "probe/probe.h"

/* How long a call may block. A NULL limit is for ever. */
struct wait_limit {
    int64_t timeout;          /* nanoseconds from the call; not set where only the deadline was given */
    bool relative;            /* `timeout` is set */
    bool absolute;            /* `deadline` is set */
    struct timespec deadline; /* CLOCK_MONOTONIC */
};

/*
 * Makes a limit of a public function's timeout and points *limit to it, or to NULL for THRUM_FOREVER and a NULL
 * deadline. 0 or -EINVAL.
 */
int wait_limit_for(struct wait_limit *space, int64_t nanoseconds, struct wait_limit **limit);
int wait_limit_until(struct wait_limit *space, const struct timespec *deadline, struct wait_limit **limit);

/* For probes: nanoseconds from now, -1 for ever. */
int64_t wait_limit_left(struct wait_limit *limit);

/* The deadline, computed from the timeout at the first call; NULL: for ever. */
const struct timespec *wait_limit_deadline(struct wait_limit *limit);

static inline enum thrum_how wait_limit_how(const struct wait_limit *limit)
{
    return limit ? THRUM_how_timed : THRUM_how_block;
}

enum wait_flag {
    WAIT_UNINTERRUPTED = 1, /* interrupts stay pending */
    WAIT_CANCELLABLE = 2,   /* a cancellation point: it may unwind the caller */
};

/*
 * Blocks while *word == expected. 0: woken, changed, or no reason: look again; -ETIMEDOUT; -EINTR: an interrupt was
 * taken (main thread only); -EDEADLK: it would be for ever. Who unwinds out of it may have eaten a wake-up: it must pass one on.
 */
int wait_on(_Atomic uint32_t *word, uint32_t expected, struct wait_limit *limit, unsigned flags);

/* Wakes `count` of those in wait_on(word). The caller changed *word by a sequentially consistent operation before.
 * *word may be gone by now. Async-signal-safe. */
void wait_wake(_Atomic uint32_t *word, int count);

/* Whether the calling thread is the process's main thread. Async-signal-safe. */
bool wait_in_main(void);

/* --- interrupts of the main thread; interrupt.c is their public side --- */

/* Leaves a signal pending for the main thread and ends its wait. Async-signal-safe. */
void wait_interrupt(int signal);

/* In the main thread: takes one pending interrupt; its signal, or 0: none, or deferred. */
int wait_interrupt_take(void);

/* The signal of the last one taken, 0 before the first. */
int wait_interrupt_last(void);

/* In the main thread: defers interrupts until undone as often. False: nothing was deferred. */
void wait_interrupt_defer(void);
bool wait_interrupt_undefer(void);

/* The main thread's pthread_t, for probes; 0: not known. Async-signal-safe. */
uint64_t wait_main_handle(void);

#endif
