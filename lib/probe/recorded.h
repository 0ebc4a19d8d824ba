/* SPDX-License-Identifier: MIT */
/*
 * The short way of an event that nobody but the recorder wants to hear of, for the probes that programs pass most. Each of
 * them tries it first and does nothing else itself: what is rare is in a function of its own, called last, so that
 * the usual way saves no registers.
 */
#ifndef THRUM_PROBE_RECORDED_H
#define THRUM_PROBE_RECORDED_H

#include "core/address.h"
#include "core/modules.h"
#include "core/objects.h"
#include "probe/emit.h"
#include "probe/probe.h"
#include "recorder-fast.h"

static inline bool probe_recorded(void)
{
    return __builtin_expect(probe_sinks == PROBE_RECORD && recorder_is_direct, 1);
}

/* Whether object and site were met before, so that nothing is to be told of them first. */
static inline bool recorded_met(const void *object, const void *site)
{
    return __builtin_expect(modules_met(address_of(site)) && objects_noted(address_of(object)), 1);
}

/* RECORDED(wake, .object = address, ...): false where it must be emitted. */
#define RECORDED(event, ...) \
    __builtin_expect(recorder_fast_##event(&(const struct thrum_event_##event){__VA_ARGS__}), 1)

/* EMIT(), but straight to the recorder where it alone listens. */
#define EMIT_OR_RECORD(event, ...)                                                          \
    do {                                                                                    \
        if (probe_recorded())                                                               \
            recorder_direct(THRUM_EVENT_##event, &(const struct thrum_event_##event){__VA_ARGS__}); \
        else                                                                                \
            EMIT(event, __VA_ARGS__);                                                       \
    } while (0)

#endif
