/* SPDX-License-Identifier: MIT */
/* Probes of wait and wake, and of interrupts. */
#include "core/address.h"
#include "core/backtrace.h"
#include "probe/emit.h"
#include "probe/probe.h"

int probe_wait_begin(const void *object, enum thrum_kind kind, const void *mutex, int64_t timeout, const void *site)
{
    uint64_t at[BACKTRACE_MAX];

    EMIT(wait_begin, .object = address_of(object), .kind = kind, .mutex = address_of(mutex), .timeout = timeout,
         .site = emit_site(site), .stack = emit_stack(at, site));
    return 0;
}

void probe_wait_end(const void *object, enum thrum_kind kind, const void *mutex, int result, const void *site)
{
    EMIT(wait_end, .object = address_of(object), .kind = kind, .mutex = address_of(mutex), .result = (uint8_t)result,
         .site = emit_site(site));
}

void probe_wake(const void *object, enum thrum_kind kind, enum thrum_scope scope, const void *site)
{
    EMIT(wake, .object = address_of(object), .kind = kind, .scope = scope, .site = emit_site(site));
}

void probe_interrupt_send(enum thrum_means means, int signal, int32_t target_pid, uint64_t target, const void *site)
{
    EMIT(interrupt_send, .means = means, .signal = signal, .target_pid = target_pid, .target = target, .site = emit_site(site));
}

void probe_interrupt_begin(enum thrum_means means, int signal, const void *handler)
{
    EMIT(interrupt_begin, .means = means, .signal = signal, .site = emit_site(handler));
}

void probe_interrupt_end(enum thrum_means means, int signal)
{
    EMIT(interrupt_end, .means = means, .signal = signal);
}
