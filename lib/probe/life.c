/* SPDX-License-Identifier: MIT */
/* Probes of the lives of objects and threads. */
#include <pthread.h>
#include <stdatomic.h>

#include "check/check.h"
#include "check/failed.h"
#include "core/address.h"
#include "core/backtrace.h"
#include "core/objects.h"
#include "core/python.h"
#include "probe/emit.h"
#include "probe/probe.h"

bool probe_is_programs(const void *site)
{
    return emit_site(site);
}

void probe_init(const void *object, enum thrum_kind kind, const struct probe_attributes *attributes, const void *site)
{
    uint64_t at[BACKTRACE_MAX];

    if (!emit_site(site))
        return;
    objects_note(address_of(object));
    EMIT(object_init, .object = address_of(object), .kind = kind, .type = attributes->type, .protocol = attributes->protocol,
         .robust = attributes->robust, .shared = attributes->shared, .value = attributes->value, .site = address_of(site),
         .stack = emit_stack(at, site));
}

void probe_destroy(const void *object, enum thrum_kind kind, const void *site)
{
    if (!emit_site(site))
        return;
    objects_forget(address_of(object));
    EMIT(object_destroy, .object = address_of(object), .kind = kind, .site = address_of(site));
}

/* Of what kind it was isn't remembered here; who reads the event knows. */
static void memory_ended(uint64_t address, const void *site)
{
    EMIT(object_destroy, .object = address, .kind = THRUM_kind_unknown, .site = address_of(site));
}

void probe_memory_end(const void *begin, size_t size, const void *site)
{
    objects_forget_range(address_of(begin), address_of(begin) + size, memory_ended, site);
}

void probe_mapping_end(const void *begin, size_t size, const void *site)
{
    check_mapping_ends = true;
    probe_memory_end(begin, size, site);
    check_mapping_ends = false;
}

void probe_failed(const char *function, const void *object, enum thrum_kind kind, int error, const void *site)
{
    if (probe_sinks & PROBE_CHECK && emit_site(site))
        check_failed(function, address_of(object), kind, error, address_of(site), (uintptr_t)__builtin_frame_address(0));
}

void probe_consistent(const void *object, enum thrum_kind kind, const void *site)
{
    if (emit_site(site))
        EMIT(object_consistent, .object = address_of(object), .kind = kind, .site = address_of(site));
}

void probe_name(const void *object, enum thrum_kind kind, const char *name)
{
    EMIT(object_name, .object = address_of(object), .kind = kind, .name = name);
}

uint64_t probe_spawn(const void *routine, const void *site)
{
    static _Atomic uint64_t last;
    uint64_t serial = atomic_fetch_add_explicit(&last, 1, memory_order_relaxed) + 1;
    uint64_t at[BACKTRACE_MAX];

    emit_site(routine);
    if (!emit_site(site))
        return serial;
    EMIT(spawn, .serial = serial, .routine = address_of(routine), .site = address_of(site), .stack = emit_stack(at, site));
    return serial;
}

void probe_spawn_end(uint64_t serial, uint64_t handle, int result)
{
    EMIT(spawn_end, .serial = serial, .handle = handle, .result = (uint8_t)result);
}

void probe_thread_begin(uint64_t serial, const void *routine)
{
    python_thread_begins(routine);
    emit_site(routine);
    EMIT(thread_begin, .serial = serial, .handle = (uint64_t)pthread_self(), .routine = address_of(routine));
}

void probe_thread_end(void)
{
    EMIT(thread_end, .handle = (uint64_t)pthread_self());
}

void probe_thread_name(uint64_t handle, const char *name)
{
    if (handle == (uint64_t)pthread_self())
        python_thread_is_named();
    EMIT(thread_name, .handle = handle, .name = name);
}

const void *probe_line(const void *object, const void *site)
{
    const void *line = python_site(object, site);
    char name[PYTHON_NAME];

    if (python_thread_name(name, sizeof(name)))
        probe_thread_name((uint64_t)pthread_self(), name);
    return line;
}

/* What is recorded tells as much, by the lines. */
void probe_ends(const void *semaphore)
{
    if (probe_sinks & PROBE_CHECK)
        check_ends(address_of(semaphore));
}

void probe_awaited(const void *semaphore)
{
    if (probe_sinks & PROBE_CHECK)
        check_awaited(address_of(semaphore));
}

void probe_thread_detach(uint64_t handle, const void *site)
{
    if (!emit_site(site))
        return;
    EMIT(thread_detach, .handle = handle, .site = address_of(site));
}
