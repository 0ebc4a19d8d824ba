/* SPDX-License-Identifier: MIT */
/*
 * Semaphores used as locks: made with a value of at most 1, and every post so far by the thread that waited last. One made
 * with a larger value has seats, if every post so far came from a thread that had one: it orders nothing, but keeps more
 * threads than it has seats from being within at once. The first post by another shows that it is a signal, and from then on
 * it holds nothing.
 */
#ifndef THRUM_CHECK_SEMAPHORE_H
#define THRUM_CHECK_SEMAPHORE_H

#include "check/state.h"

/* Kinds that any thread may give back. */
static inline bool semaphore_is_kind(uint8_t kind)
{
    return kind == THRUM_kind_semaphore || kind == THRUM_kind_lock;
}

/* It was made. */
void semaphore_made(uint64_t object, uint32_t value);
/* Something ended at this address, which may have been one. */
void semaphore_ended(uint64_t object);
/* It was got by a thread; whether that holds it now. */
bool semaphore_taken(uint64_t object, uint64_t serial);
/* It is posted by a thread, which has a seat or not; false where that shows it to be a signal, or it was known as one. */
bool semaphore_posted(uint64_t object, uint64_t serial, bool seated);
/* How many threads can have it at once, where that is more than one and those who posted it had a seat; else 0. */
uint32_t semaphore_seats(uint64_t object);
/* The same, also before the first post. */
bool semaphore_has_seats(uint64_t object);
/* Who holds it, as a serial; 0: nobody, or it isn't a lock. */
uint64_t semaphore_holder(uint64_t object);
/* Whether it was given back by its holder at least once, and never by another: until then it may be either. */
bool semaphore_is_proven(uint64_t object);
/* Whether what a thread holds still is a lock; true for what isn't a semaphore. */
bool semaphore_is_held(const struct held *held);

#endif
