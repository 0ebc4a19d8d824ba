/* SPDX-License-Identifier: MIT */
/*
 * What objects are and were, as far as their init and destroy calls told: tables by hash of the address, in which another
 * object may take a slot over (of those that live: only for want of memory). So what they don't know means nothing; what they
 * do know is so.
 *
 * All are lock-free and async-signal-safe.
 */
#ifndef THRUM_CHECK_BIRTHS_H
#define THRUM_CHECK_BIRTHS_H

#include "check/places.h"
#include "check/state.h"
#include "core/visibility.h"
#include "records.h"

/* An object that was initialised and not ended since. */
struct birth {
    uint8_t kind, type;
    uint64_t site;    /* who made it */
    bool robust, shared;
    uint32_t value;   /* a barrier's size */
    uint32_t arrived; /* so many came to a barrier; only where `value` isn't 0 */
};

/* One that was destroyed, and whose memory wasn't given back since. */
struct grave {
    uint8_t kind;
    int32_t tid; /* who destroyed it, where */
    const struct check_stack *stack;
};

/* The table as others find it from outside; its fields are births.c's own. */
struct birth_slot {
    _Atomic uint64_t object, site;
    _Atomic uint32_t what; /* kind, type and flags, a byte each */
    _Atomic uint32_t value, arrived;
};
extern THRUM_PRIVATE struct places births_places;

void births_add(const struct thrum_event_object_init *init);
bool births_find(uint64_t object, struct birth *birth);
/* A thread comes to a barrier; it was opened or reset by other means, and can't be counted any more. */
void births_arrive(uint64_t barrier);
void births_uncounted(uint64_t barrier);

/* It was destroyed, or (`stack` NULL) its memory ends, or it lives again. */
void births_end(uint64_t object, uint8_t kind, int32_t tid, const struct check_stack *stack);
/* It has a name by which programs find it: it lives. */
void births_named(uint64_t object);
bool births_grave(uint64_t object, struct grave *grave);

#endif
