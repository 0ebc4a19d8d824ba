/* SPDX-License-Identifier: MIT */
/*
 * The recorder's clock: CLOCK_MONOTONIC in nanoseconds, computed from the processor's tick counter.
 *
 * Time is one function of the tick counter for the whole process, made of lines. A line is valid for the ticks it spans
 * and never changes, so a thread may keep a copy of it for as long as its ticks lie on it: no thread needs to look at
 * another's state to read the clock. The next line is made when somebody first needs it; it starts at the true time,
 * or where the last line ended if that is later, so the function never falls.
 */
#ifndef THRUM_TRACEPOINTS_RECORDER_CLOCK_H
#define THRUM_TRACEPOINTS_RECORDER_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>
#include "recorder-raw.h"

struct clock_line {
    uint64_t start; /* ticks */
    uint64_t span;  /* ticks from start on for which the line holds; 0 in zeroed memory: for none */
    uint64_t ns;    /* time at start */
    uint64_t slope; /* nanoseconds per tick, times 2^32; span * slope fits in 64 bits */
};

/* The function of one process; zeroed memory is one that hasn't begun. */
struct clock_function {
    struct raw_lock lock;
    struct clock_line line;                     /* the newest */
    uint64_t first_ns, sample_ticks, sample_ns; /* when the function began; the newest sample of both clocks */
};

/* Whether the tick counter can be trusted to be one for all processors and of constant rate. Asked once. */
bool clock_ticks_usable(void);

/* The line for now, in `line`; makes it where there is none yet. Signals must be blocked. */
void clock_refresh(struct clock_function *function, struct clock_line *line);

/* The tick counter. */
static inline uint64_t clock_ticks(void)
{
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
    uint64_t ticks;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
#else
    return 0;
#endif
}

/* Waits until all earlier instructions are done: without it the counter could be read before a lock was got. */
static inline void clock_fence(void)
{
#if defined(__x86_64__)
    __builtin_ia32_lfence();
#elif defined(__aarch64__)
    __asm__ volatile("isb" ::: "memory");
#endif
}

/* Time at `since` ticks after the line's start. */
static inline uint64_t clock_on_line(const struct clock_line *line, uint64_t since)
{
    return line->ns + (since * line->slope >> 32);
}

static inline uint64_t clock_monotonic_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

#endif
