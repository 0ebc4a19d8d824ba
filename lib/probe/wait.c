/* SPDX-License-Identifier: MIT */
/* Probes of wait and wake, and of interrupts. */
#include "check/check.h"
#include "core/address.h"
#include "core/backtrace.h"
#include "core/objects.h"
#include "probe/emit.h"
#include "probe/fast.h"
#include "probe/probe.h"
#include "probe/recorded.h"

int probe_wait_begin(const void *object, enum thrum_kind kind, const void *mutex, int64_t timeout, const void *site)
{
    uint64_t at[BACKTRACE_MAX];

    if (!emit_site(site))
        return 0;
    if (kind != THRUM_kind_thread)
        objects_note(address_of(object));
    EMIT(wait_begin, .object = address_of(object), .kind = kind, .mutex = address_of(mutex), .timeout = timeout,
         .site = address_of(site), .stack = emit_stack(at, site));
    return 0;
}

int probe_sleeps(const _Atomic uint32_t *word, uint32_t expected)
{
    return probe_on() && probe_sinks & PROBE_CHECK ? check_sleeps(word, expected) : 0;
}

void probe_wait_end(const void *object, enum thrum_kind kind, const void *mutex, int result, const void *site)
{
    if (!emit_site(site))
        return;
    EMIT(wait_end, .object = address_of(object), .kind = kind, .mutex = address_of(mutex), .result = (uint8_t)result,
         .site = address_of(site));
}

static __attribute__((noinline)) void wake_otherwise(const void *object, enum thrum_kind kind, enum thrum_scope scope,
                                                     const void *site)
{
    if (probe_only_checked()) {
        check_wake(address_of(object), kind, address_of(site), address_of(__builtin_frame_address(0)));
        return;
    }
    if (!emit_site(site))
        return;
    EMIT(wake, .object = address_of(object), .kind = kind, .scope = scope, .site = address_of(site));
}

void probe_unsafe_call(const char *function, const void *site)
{
    if (probe_on() && (probe_sinks & PROBE_CHECK) && probe_is_programs(site))
        check_unsafe(function, address_of(site), (uintptr_t)__builtin_frame_address(0));
}

void probe_shares(void)
{
    if (probe_sinks & PROBE_CHECK)
        check_shares();
}

void probe_wake(const void *object, enum thrum_kind kind, enum thrum_scope scope, const void *site)
{
    if (probe_recorded() && recorded_met(object, site) &&
        RECORDED(wake, .object = address_of(object), .kind = kind, .scope = scope, .site = address_of(site)))
        return;
    wake_otherwise(object, kind, scope, site);
}

void probe_handler(int signal, bool set)
{
    if (probe_sinks & PROBE_CHECK)
        check_handler(signal, set);
    EMIT(interrupt_handler, .signal = signal, .handled = set);
}

void probe_unblocks(void)
{
    if (probe_sinks & PROBE_CHECK)
        check_unblocks();
}

void probe_interrupt_send(enum thrum_means means, int signal, int32_t target_pid, uint64_t target, const void *site)
{
    if (!emit_site(site))
        return;
    EMIT(interrupt_send, .means = means, .signal = signal, .target_pid = target_pid, .target = target, .site = address_of(site));
}

void probe_interrupt_send_tid(int signal, int32_t target_pid, int32_t target_tid, const void *site)
{
    if (!emit_site(site))
        return;
    EMIT(interrupt_send, .means = THRUM_means_signal, .signal = signal, .target_pid = target_pid, .target_tid = target_tid,
         .site = address_of(site));
}

bool probe_interrupt_begin(enum thrum_means means, int signal, const void *handler)
{
    if (!emit_site(handler))
        return false;
    EMIT(interrupt_begin, .means = means, .signal = signal, .site = address_of(handler));
    return true;
}

void probe_interrupt_end(enum thrum_means means, int signal)
{
    EMIT(interrupt_end, .means = means, .signal = signal);
}
