/* SPDX-License-Identifier: MIT */
/* Probes of acquire and release. */
#include "check/check.h"
#include "core/address.h"
#include "core/backtrace.h"
#include "core/objects.h"
#include "probe/emit.h"
#include "probe/probe.h"
#include "recorder.h"

/* Whether the checker alone listens: its acquires and releases need not become events first. */
static inline bool only_checked(void)
{
    return probe_sinks == PROBE_CHECK && !thrum_self.asynchronous;
}

void probe_acquire(const void *object, enum thrum_kind kind, enum thrum_mode mode, enum thrum_how how, const void *site)
{
    if (only_checked()) {
        objects_note(address_of(object));
        check_acquire(address_of(object), kind, mode, how, address_of(site), (uintptr_t)__builtin_frame_address(0));
        return;
    }
    if (!emit_site(site))
        return;
    objects_note(address_of(object));
    if (__builtin_expect(probe_sinks == PROBE_RECORD && recorder_direct, 1))
        recorder_acquire(address_of(object), kind, mode, how, address_of(site));
    else
        EMIT(acquire, .object = address_of(object), .kind = kind, .mode = mode, .how = how, .site = address_of(site));
}

int probe_acquire_begin(const void *object, enum thrum_kind kind, enum thrum_mode mode, enum thrum_how how, int64_t timeout,
                        const void *site)
{
    uint64_t at[BACKTRACE_MAX];

    if (!emit_site(site))
        return 0;
    objects_note(address_of(object));
    EMIT(acquire_begin, .object = address_of(object), .kind = kind, .mode = mode, .how = how, .timeout = timeout,
         .site = address_of(site), .stack = emit_stack(at, site));
    return probe_sinks & PROBE_CHECK ? check_refusal() : 0;
}

void probe_acquire_end(const void *object, enum thrum_kind kind, enum thrum_mode mode, enum thrum_how how, int result,
                       const void *site)
{
    if (!emit_site(site))
        return;
    EMIT(acquire_end, .object = address_of(object), .kind = kind, .mode = mode, .how = how, .result = (uint8_t)result,
         .site = address_of(site));
}

void probe_acquire_fail(const void *object, enum thrum_kind kind, enum thrum_mode mode, enum thrum_how how, int result,
                        const void *site)
{
    if (!emit_site(site))
        return;
    EMIT(acquire_fail, .object = address_of(object), .kind = kind, .mode = mode, .how = how, .result = (uint8_t)result,
         .site = address_of(site));
}

void probe_release(const void *object, enum thrum_kind kind, enum thrum_mode mode, const void *site)
{
    if (only_checked()) {
        check_release(address_of(object), kind);
        return;
    }
    if (!emit_site(site))
        return;
    if (__builtin_expect(probe_sinks == PROBE_RECORD && recorder_direct, 1))
        recorder_release(address_of(object), kind, mode, address_of(site));
    else
        EMIT(release, .object = address_of(object), .kind = kind, .mode = mode, .site = address_of(site));
}
