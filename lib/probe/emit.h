/* SPDX-License-Identifier: MIT */
/* How a probe hands an event to the sinks. */
#ifndef THRUM_PROBE_EMIT_H
#define THRUM_PROBE_EMIT_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/self.h"
#include "sink.h"

/*
 * EMIT(acquire, .object = address, ...): one event with this thread's ids, to every sink. Its site went
 * through emit_site() before.
 */
#define EMIT(event, ...)                                                                          \
    do {                                                                                          \
        struct thrum_event_##event record_ = {.common = {self_pid(), self_tid()}, __VA_ARGS__};   \
        emit_record(THRUM_EVENT_##event, &record_);                                               \
    } while (0)

void emit_record(enum thrum_event_id id, const void *record);

/*
 * Tells the sinks of the module that a site lies in, if they haven't heard of it. False where it is LTTng-UST's: then
 * the call isn't an event.
 */
bool emit_site(const void *site);

/* The calls that led to `site`, all told of; `at` has room for BACKTRACE_MAX. */
struct thrum_addrs emit_stack(uint64_t *at, const void *site);

#endif
