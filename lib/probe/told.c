/* SPDX-License-Identifier: MIT */
/* The stacks of acquires that don't block, told once. */
#include "probe/told.h"

#include "core/address.h"
#include "core/backtrace.h"
#include "probe/emit.h"
#include "probe/probe.h"
#include "probe/sinks.h"
#include "recorder-stream.h"

_Atomic uint64_t told_acquires[1 << TOLD_BITS];
static _Atomic uint32_t told_count;
static _Atomic uint64_t first_ns;

static uint64_t now_ns(const struct stream *stream)
{
    if (probe_sinks & PROBE_RECORD)
        return stream && stream->packet ? stream_last_ns(stream) : 0;
    return clock_monotonic_ns();
}

/* So many at first, and another with each while that was recorded: a hundredth of the time, at most, goes there. */
static bool may_tell(void)
{
    uint64_t now = now_ns(recorder_self.stream), first = atomic_load_explicit(&first_ns, memory_order_relaxed);

    if (now > 0 && first == 0)
        atomic_store_explicit(&first_ns, first = now, memory_order_relaxed);
    uint64_t allowed = TOLD_FIRST + (now > first ? (now - first) / TOLD_EACH_NS : 0);
    if (atomic_load_explicit(&told_count, memory_order_relaxed) >= allowed)
        return false;
    atomic_fetch_add_explicit(&told_count, 1, memory_order_relaxed);
    return true;
}

void told_tell(const void *object, const void *site, uintptr_t frame)
{
    uint64_t at[BACKTRACE_MAX], tag = told_tag(address_of(object), address_of(site), frame);

    /* Where it may be cancelled at any instruction, its stack isn't walked; another time it may be. The checker has stacks of its own. */
    if (told_before(address_of(object), address_of(site), frame) || thrum_self.asynchronous || thrum_self.tickless ||
        sinks_stack_depth < 2 || !(probe_sinks & (PROBE_RECORD | PROBE_LTTNG)) || !may_tell())
        return;
    atomic_store_explicit(&told_acquires[tag >> (64 - TOLD_BITS)], tag, memory_order_relaxed);
    EMIT(acquire_stack, .object = address_of(object), .site = address_of(site), .stack = emit_stack(at, site));
}

void told_forget(void)
{
    atomic_store_explicit(&told_count, 0, memory_order_relaxed);
    atomic_store_explicit(&first_ns, 0, memory_order_relaxed);
    for (unsigned i = 0; i < 1u << TOLD_BITS; i++)
        if (atomic_load_explicit(&told_acquires[i], memory_order_relaxed) != 0)
            atomic_store_explicit(&told_acquires[i], 0, memory_order_relaxed);
}
