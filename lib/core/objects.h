/* SPDX-License-Identifier: MIT */
/*
 * Which addresses are objects: so that one ends when its memory is freed, unmapped or a thread's stack that is gone.
 * C++'s std::mutex, for one, is neither made nor destroyed by a call; without this, what comes to live at the same
 * address would be taken for the same lock.
 *
 * A bit for every eight bytes, in a table of three levels that is filled where objects are. All calls are lock-free and
 * async-signal-safe; memory that was needed once is kept.
 */
#ifndef THRUM_CORE_OBJECTS_H
#define THRUM_CORE_OBJECTS_H

#include <stdatomic.h>
#include <stdint.h>

#include "core/visibility.h"

/* Addresses noted lately, by hash. */
enum { OBJECTS_RECENT = 1024 };
extern THRUM_PRIVATE _Atomic uint64_t objects_recent[OBJECTS_RECENT];

static inline _Atomic uint64_t *objects_recent_slot(uint64_t address)
{
    return &objects_recent[(address >> 3 ^ address >> 13) % OBJECTS_RECENT];
}

void objects_note_new(uint64_t address);

/* An object lives at this address. */
static inline void objects_note(uint64_t address)
{
    if (__builtin_expect(atomic_load_explicit(objects_recent_slot(address), memory_order_relaxed) != address, 0))
        objects_note_new(address);
}

/* It was destroyed. */
void objects_forget(uint64_t address);

/* Forgets the objects in a range, and calls `ended` for each. */
void objects_forget_range(uint64_t begin, uint64_t end, void (*ended)(uint64_t address, const void *context), const void *context);

#endif
