/* SPDX-License-Identifier: MIT */
/*
 * Which addresses are objects: so that one ends when its memory is freed, unmapped or a thread's stack that is gone.
 * C++'s std::mutex, for one, is neither made nor destroyed by a call; without this, what comes to live at the same
 * address would be taken for the same lock.
 *
 * A bit for every eight bytes, in a table of three levels that is filled where objects are. Beside it a counter of lives, by
 * hash of the address: with an object's, what was learnt of it is told from what was of others before it there.
 * All calls are lock-free and async-signal-safe; memory that was needed once is kept.
 */
#ifndef THRUM_CORE_OBJECTS_H
#define THRUM_CORE_OBJECTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/visibility.h"

/* Addresses noted lately, by hash. */
enum { OBJECTS_RECENT = 1024 };
extern _Atomic uint64_t objects_recent[OBJECTS_RECENT];

static inline _Atomic uint64_t *objects_recent_slot(uint64_t address)
{
    return &objects_recent[(address >> 3 ^ address >> 13) % OBJECTS_RECENT];
}

/* Lives that ended, by place of the address: it rises as one ends there, or at a few others. */
enum { OBJECTS_LIVES = 1 << 16, OBJECTS_LIFE_SHIFT = 48 };
extern THRUM_PRIVATE _Atomic uint16_t objects_lives[OBJECTS_LIVES];

/*
 * Where in a table of any power of two an object has its place: objects that lie side by side mostly have theirs so, and
 * those that are a power of two apart don't all meet.
 */
static inline uint64_t objects_place(uint64_t address)
{
    uint64_t unit = address >> 5;

    return unit + (unit >> 11) * 0x5bd1e995;
}

/* The object that lives at this address now, as a number. */
static inline uint64_t objects_living(uint64_t address)
{
    return address ^ (uint64_t)atomic_load_explicit(&objects_lives[objects_place(address) % OBJECTS_LIVES], memory_order_relaxed)
                         << OBJECTS_LIFE_SHIFT;
}

/* What lives at this address from now on is another object. */
static inline void objects_anew(uint64_t address)
{
    atomic_fetch_add_explicit(&objects_lives[objects_place(address) % OBJECTS_LIVES], 1, memory_order_relaxed);
}

/* How many objects live. */
extern _Atomic int64_t objects_count;

void objects_note_new(uint64_t address);

/* Whether it was noted lately. */
static inline bool objects_noted(uint64_t address)
{
    return atomic_load_explicit(objects_recent_slot(address), memory_order_relaxed) == address;
}

/* An object lives at this address. */
static inline void objects_note(uint64_t address)
{
    if (__builtin_expect(!objects_noted(address), 0))
        objects_note_new(address);
}

/* It was destroyed. */
void objects_forget(uint64_t address);

/* Forgets the objects in a range, and calls `ended` for each. */
void objects_forget_range(uint64_t begin, uint64_t end, void (*ended)(uint64_t address, const void *context), const void *context);

#endif
