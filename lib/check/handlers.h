/* SPDX-License-Identifier: MIT */
/*
 * Signal handlers that take locks: a lock that is taken in a handler of a signal, and held by a thread to which that signal may
 * come, is a deadlock when it does; so is a chain of locks from the one to the other.
 */
#ifndef THRUM_CHECK_HANDLERS_H
#define THRUM_CHECK_HANDLERS_H

#include "check/state.h"

/* The calling thread leaves the process, if from a handler: what its end calls is no handler's doing. */
void handlers_exits(struct check_thread *self);

/* The calling thread enters and leaves a handler; `handlers_raises`: it is about to send itself a signal, which comes at once. */
void handlers_enter(struct check_thread *self, int signal);
void handlers_leave(struct check_thread *self, int signal);
void handlers_raises(struct check_thread *self, int signal);

/* The thread takes, or is about to wait for, a lock; off the fast path. */
void handlers_take(struct check_thread *self, uint64_t object, uint8_t kind, uint8_t mode, uint8_t how, const struct check_stack *stack);

/* The thread holds what it does while other signals may come than before. */
void handlers_unblocked(struct check_thread *self);

/* Whether each of its acquires is to be looked at: it was taken in a handler. */
bool handlers_watch(uint64_t object);

/* The thread, in a handler, makes a call that isn't async-signal-safe; nothing where it isn't in one. */
void handlers_unsafe(struct check_thread *self, const char *function, uint64_t object, uint8_t kind, const struct check_stack *stack);

/* In a forked child. */
void handlers_forked(struct check_thread *self);

/* Whether a signal has a handler. */
bool handlers_are_there(void);

/* The object ends. */
void handlers_forget(uint64_t object);

#endif
