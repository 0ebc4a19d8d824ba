/* SPDX-License-Identifier: MIT */
/* Joining clocks; see check_clock in state.h. Under the checker's lock. */
#ifndef THRUM_CHECK_CLOCK_H
#define THRUM_CHECK_CLOCK_H

#include "check/state.h"

/* A new clock: `own`, and all that `other` has before it and did up to its epoch. NULL where there is no memory. */
struct check_clock *clock_join(const struct check_clock *own, const struct check_thread *other);

/* Whether all that the thread of this serial did up to `epoch` lies before what has this clock. */
bool clock_has(const struct check_clock *clock, uint64_t serial, uint32_t epoch);
struct check_clock *clock_ref(struct check_clock *clock);
void clock_unref(struct check_clock *clock);

#endif
