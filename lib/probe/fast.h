/* SPDX-License-Identifier: MIT */
/* The short way of an acquire and a release that nobody but the checker wants to hear of: no event is made of them. */
#ifndef THRUM_PROBE_FAST_H
#define THRUM_PROBE_FAST_H

#include "check/check.h"
#include "check/fast.h"
#include "core/address.h"
#include "probe/probe.h"

/* Whether the checker alone listens; where the thread may be cancelled at any instruction, only events are safe. */
static inline bool probe_only_checked(void)
{
    return probe_sinks == PROBE_CHECK && !thrum_self.asynchronous;
}

/* An address in the calling function's frame, at a distance from its begin that is the same for every call. */
static inline __attribute__((always_inline)) const void *probe_frame(void)
{
#if defined(__x86_64__)
    const void *frame;

    /* __builtin_frame_address() would make the function keep a frame pointer: one more store. */
    __asm__ volatile("mov %%rsp, %0" : "=r"(frame));
    return frame;
#else
    return __builtin_frame_address(0);
#endif
}

/* Instead of probe_acquire(), of what only its holder gives back; 0. `frame` is the caller's probe_frame(). */
static inline __attribute__((always_inline)) int probe_acquire_fast(const void *object, enum thrum_kind kind, enum thrum_mode mode,
                                                                    enum thrum_how how, const void *site, const void *frame)
{
    if (!probe_only_checked())
        return probe_acquire_words(object, PROBE_WORDS(kind, mode, how), site);
    if (check_acquire_usual(address_of(object), kind, mode, how, address_of(site), address_of(frame), false))
        return 0;
    return probe_acquire_at(object, kind, mode, how, site, frame);
}

/* Instead of probe_release(); false where that is still to be called. */
static inline __attribute__((always_inline)) bool probe_release_fast(const void *object)
{
    return probe_only_checked() && check_release_usual(address_of(object));
}

#endif
