/* SPDX-License-Identifier: MIT */
/* The calls that led to a probe, as return addresses. */
#ifndef THRUM_CORE_BACKTRACE_H
#define THRUM_CORE_BACKTRACE_H

#include <stdint.h>

enum { BACKTRACE_DEFAULT = 16, BACKTRACE_MAX = 64 };

/*
 * Stores the calling thread's return addresses from `site` outwards, at most `max`; the count is the result, at least 1
 * unless max is 0. Of an interpreter's calls the lines that it runs take the place (python.h). Where the stack can't be walked up to `site`, that alone is stored.
 * Async-signal-safe: the unwinder of gcc 12 with glibc 2.35 takes a lock only where frames were registered (__register_frame), until
 * gcc 13. A thread that holds that lock has its stack not walked.
 */
uint32_t backtrace_capture(uint64_t *at, uint32_t max, const void *site);

/* A lock is taken from `site`: where that is the unwinder's own, backtrace_capture() must know of it. */
void backtrace_meet(const void *mutex, const void *site);

/* The innermost return addresses and where the stack keeps them, from the site's outwards. */
enum { BACKTRACE_PLACES = 5 };
struct backtrace_places {
    uint32_t count; /* of those that are known */
    struct {
        uint64_t place, address;
    } at[BACKTRACE_PLACES];
};

/* The same, and tells where it found that. */
uint32_t backtrace_capture_places(uint64_t *at, uint32_t max, const void *site, struct backtrace_places *places);

#endif
