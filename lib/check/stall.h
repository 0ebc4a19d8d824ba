/* SPDX-License-Identifier: MIT */
/*
 * Threads that are blocked for long (THRUM_STALL=SECONDS): who holds what they wait for, and what that thread does meanwhile.
 * A thread of the checker's looks; it is there only where that is asked for. And locks that were held for long
 * (THRUM_HELD=SECONDS), looked at as they are given back.
 */
#ifndef THRUM_CHECK_STALL_H
#define THRUM_CHECK_STALL_H

#include "check/state.h"
#include "core/env.h"

void stall_configure(const struct env *env);

/* Starts the thread that looks, where it is wanted: as the process starts, and in a forked child. */
void stall_start(void);

/* A wait begins: now, in nanoseconds, where anybody wants to know, else 0. */
int64_t stall_now(void);

/* The thread takes and gives back a lock; nothing where nobody wants to know how long it was held. */
void stall_taken(struct check_thread *self, uint64_t object);
void stall_given_back(struct check_thread *self, const struct held *held, uint64_t site, uintptr_t frame);

#endif
