/* SPDX-License-Identifier: MIT */
/* LTTng-UST's clock in this process, read from the tick counter: the same CLOCK_MONOTONIC at half the cost. */
#ifndef THRUM_TRACEPOINTS_LTTNG_CLOCK_H
#define THRUM_TRACEPOINTS_LTTNG_CLOCK_H

/* Gives LTTng-UST the clock, where the tick counter can be trusted and the program gave it none of its own. */
void lttng_clock_start(void);

/* In a forked child: nobody else reads the clock. */
void lttng_clock_fork_child(void);

#endif
