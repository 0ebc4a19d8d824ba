/* SPDX-License-Identifier: MIT */
/* How a probe hands an event to the sinks. */
#ifndef THRUM_PROBE_EMIT_H
#define THRUM_PROBE_EMIT_H

#include <errno.h>
#include <stdint.h>

#include "core/self.h"
#include "sink.h"

/*
 * EMIT(acquire, .object = address, ...): one event with this thread's ids, to every sink. `sites` of events that lie in
 * modules not told of yet must have gone through emit_site() before.
 */
#define EMIT(event, ...)                                                                          \
    do {                                                                                          \
        struct thrum_event_##event record_ = {.common = {self_pid(), self_tid()}, __VA_ARGS__};   \
        emit_record(THRUM_EVENT_##event, &record_);                                               \
    } while (0)

void emit_record(enum thrum_event_id id, const void *record);

/* Tells the sinks of the module of a site, if they haven't heard of it, and gives the site back as a number. */
uint64_t emit_site(const void *site);

/* The calls that led to `site`, all told of; `at` has room for BACKTRACE_MAX. */
struct thrum_addrs emit_stack(uint64_t *at, const void *site);

#endif
