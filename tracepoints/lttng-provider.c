/* SPDX-License-Identifier: MIT */
/* The LTTng-UST sink: hands each event to its tracepoint. In a shared object of its own, loaded only where it is wanted. */
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "lttng-provider.h"

#include <lttng/ust-fork.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "sink.h"

extern const struct thrum_sink thrum_lttng_sink __attribute__((visibility("default")));

/* A session may start at any time: its trace must begin with what the process is. */
static thrum_sink_announce *announce;
static atomic_bool announced;
static sigset_t signals_before_fork;

static int lttng_start(thrum_sink_announce *how)
{
    announce = how;
    if (lttng_ust_tracepoint_enabled(thrum, process_begin) && !atomic_exchange(&announced, true))
        announce(&thrum_lttng_sink);
    return 0;
}

static bool lttng_must_announce(bool listened)
{
    if (!listened) {
        atomic_store_explicit(&announced, false, memory_order_relaxed);
        return false;
    }
    return !atomic_load_explicit(&announced, memory_order_relaxed) && !atomic_exchange(&announced, true);
}

static void lttng_emit(enum thrum_event_id id, const void *record)
{
    switch (id) {
#define THRUM_EVENT(name, meaning, fields)                                          \
    case THRUM_EVENT_##name:                                                        \
        if (lttng_must_announce(lttng_ust_tracepoint_enabled(thrum, name)))         \
            announce(&thrum_lttng_sink);                                            \
        lttng_ust_tracepoint(thrum, name, (const struct thrum_event_##name *)record); \
        break;
#include "events.h"
#include "events-end.h"
    case THRUM_EVENT_COUNT:
        break;
    }
}

static void lttng_fork_prepare(void)
{
    lttng_ust_before_fork(&signals_before_fork);
}

static void lttng_fork_parent(void)
{
    lttng_ust_after_fork_parent(&signals_before_fork);
}

static void lttng_fork_child(void)
{
    lttng_ust_after_fork_child(&signals_before_fork);
    if (lttng_ust_tracepoint_enabled(thrum, process_begin))
        announce(&thrum_lttng_sink);
}

const struct thrum_sink thrum_lttng_sink = {
    .name = "lttng",
    .start = lttng_start,
    .emit = lttng_emit,
    .fork_prepare = lttng_fork_prepare,
    .fork_parent = lttng_fork_parent,
    .fork_child = lttng_fork_child,
};
