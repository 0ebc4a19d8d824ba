/* SPDX-License-Identifier: MIT */
/* Joining clocks; see check_clock in state.h. Under the checker's lock. */
#ifndef THRUM_CHECK_CLOCK_H
#define THRUM_CHECK_CLOCK_H

#include "check/state.h"

/* A new clock: `own`, and all that `other` has before it and did up to its epoch. NULL where there is no memory. */
struct check_clock *clock_join(const struct check_clock *own, const struct check_thread *other);

/* The same of two clocks, and of what the thread of this serial did up to `epoch`; 0: of none. It has one reference. */
struct check_clock *clock_merge(const struct check_clock *own, const struct check_clock *other, uint64_t serial, uint32_t epoch);

/* Whether what `part` has before it, `all` has, too; either may be NULL. */
bool clock_includes(const struct check_clock *all, const struct check_clock *part);

/* Whether all that the thread of this serial did up to `epoch` lies before what has this clock. */
bool clock_has(const struct check_clock *clock, uint64_t serial, uint32_t epoch);
struct check_clock *clock_ref(struct check_clock *clock);
void clock_unref(struct check_clock *clock);

#endif
