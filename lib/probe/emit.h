/* SPDX-License-Identifier: MIT */
/* How a probe hands an event to the sinks. */
#ifndef THRUM_PROBE_EMIT_H
#define THRUM_PROBE_EMIT_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/modules.h"
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

/* The sinks' emit functions, ended by NULL. */
extern void (*emit_sinks[])(enum thrum_event_id id, const void *record);

/* The same where the thread may be cancelled at any instruction: not while a sink writes; and where it can't tell the time. */
void emit_record_apart(enum thrum_event_id id, const void *record);

static inline void emit_record(enum thrum_event_id id, const void *record)
{
    if (__builtin_expect(thrum_self.asynchronous | thrum_self.tickless, 0)) {
        emit_record_apart(id, record);
        return;
    }
    int *error = &errno;
    int saved = *error;

    self_enter();
    for (unsigned i = 0; emit_sinks[i]; i++)
        emit_sinks[i](id, record);
    *error = saved;
    self_leave();
}

/* Tells the sinks of the module that an address lies in, if they haven't heard of it; false where it is LTTng-UST's. */
bool emit_module(uint64_t address);

/* The same for a site. False: the call isn't an event. */
static inline bool emit_site(const void *site)
{
    uint64_t address = (uint64_t)(uintptr_t)site;

    return __builtin_expect(modules_met(address), 1) || emit_module(address);
}

/* The calls that led to `site`, all told of; `at` has room for BACKTRACE_MAX. */
struct thrum_addrs emit_stack(uint64_t *at, const void *site);

#endif
