/* SPDX-License-Identifier: MIT */
/*
 * The word inside a lock and an rlock: 0 free, 1 held, 2 held and perhaps waited for. Who releases touches it for
 * the last time as it becomes free; the wake-up that may follow is right on memory that is gone.
 */
#ifndef THRUM_PRIMITIVES_WORD_H
#define THRUM_PRIMITIVES_WORD_H

#include "wait.h"

static inline bool word_try(_Atomic uint32_t *word)
{
    uint32_t free = 0;
    return atomic_compare_exchange_strong_explicit(word, &free, 1, memory_order_acquire, memory_order_relaxed);
}

/* Blocks until the word is the caller's. 0, or what wait_on() says. */
int word_acquire(_Atomic uint32_t *word, struct wait_limit *limit, unsigned flags);

/* Gives it back and wakes one. False: it wasn't held, and nothing changed. */
static inline bool word_release(_Atomic uint32_t *word)
{
    uint32_t old = atomic_exchange(word, 0);
    if (__builtin_expect(old == 2, 0))
        wait_wake(word, 1);
    return old != 0;
}

#endif
