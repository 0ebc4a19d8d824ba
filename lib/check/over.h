/* SPDX-License-Identifier: MIT */
/*
 * Threads that are over when a lock is got which each gives back last: how Thread.join() of Python does it until 3.12. Such a
 * thread is joined as one by pthread_join() is: what it did lies before what comes after.
 */
#ifndef THRUM_CHECK_OVER_H
#define THRUM_CHECK_OVER_H

#include <stdint.h>

/* The calling thread gives back its own such lock; it got one that may be another's. */
void over_ends(uint64_t lock);
void over_awaited(uint64_t lock);

/* The lock is no more, or another. Without the checker's lock; quick for what is none. */
void over_forget(uint64_t lock);

#endif
