/* SPDX-License-Identifier: MIT */
/*
 * What must lie before what because of barriers and semaphores, as far as that holds in every run: a barrier through which all
 * threads pass that ever use it, so that what one does before it, all others have before them behind it; and a semaphore made
 * with 0 that one thread alone posts and one alone waits for, whose nth wait comes after the nth post. What a thread was woken by
 * at a condition may be chance, and orders nothing here.
 *
 * What has passed through one stays so also where it turns out later that others use it, too: an order of locks that was held for
 * impossible until then isn't told.
 */
#ifndef THRUM_CHECK_SYNC_H
#define THRUM_CHECK_SYNC_H

#include "check/state.h"
#include "records.h"

/* An object was made; it ends. */
void sync_made(const struct thrum_event_object_init *init);
void sync_forget(uint64_t object);
/* It was used in a way that isn't followed here: it orders nothing any more. */
void sync_spoiled(uint64_t object);

/* The thread comes to a barrier and leaves it; posts a semaphore, and got it. */
void sync_arrives(struct check_thread *self, uint64_t barrier);
void sync_leaves(struct check_thread *self, uint64_t barrier);
void sync_posts(struct check_thread *self, uint64_t semaphore);
void sync_takes(struct check_thread *self, uint64_t semaphore);

/* In a forked child. */
void sync_forked(void);

#endif
