/* SPDX-License-Identifier: MIT */
/* Events of the lives of objects and threads, and of interrupts, in the checker; `frame` as check_acquire() takes it. */
#ifndef THRUM_CHECK_LIFE_H
#define THRUM_CHECK_LIFE_H

#include "check/state.h"
#include "records.h"

void life_made(const struct thrum_event_object_init *init, uintptr_t frame);
void life_ends(const struct thrum_event_object_destroy *end, uintptr_t frame);
void life_woken(uint64_t object, uint8_t kind, uint64_t site, uintptr_t frame);
void life_spawns(const struct thrum_event_spawn *spawn, uintptr_t frame);
/* `real`: a handler that interrupts the thread, not one that the library calls in its own time. */
void life_handles(const struct thrum_event_interrupt_begin *begin, bool real);
void life_interrupts(const struct thrum_event_interrupt_send *send);

/* Takes one out of what the calling thread holds. */
void held_take_out(struct check_thread *self, struct held *held);
/* Finds the paths again, from one that lies on another than before. */
void held_find_paths(struct check_thread *self, struct held *from);

#endif
