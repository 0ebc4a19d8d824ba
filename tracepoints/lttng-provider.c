/* SPDX-License-Identifier: MIT */
/* The LTTng-UST sink: hands each event to its tracepoint. In a shared object of its own, loaded only where it is wanted. */
#include <stddef.h>
#include <stdint.h>

/* urcu's read side as inline code: two calls fewer for each event. */
#define _LGPL_SOURCE
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "lttng-provider.h"

#include <lttng/ust-fork.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "lttng-clock.h"
#include "recorder-clock.h"
#include "sink.h"

extern const struct thrum_sink thrum_lttng_sink __attribute__((visibility("default")));

#ifdef LTTNG_UST_RING_BUFFER_NATURAL_ALIGN
enum { LTTNG_ALIGNS = 1 };
#else
enum { LTTNG_ALIGNS = 0 };
#endif

/* A session may start at any time: its trace must begin with what the process is. */
static thrum_sink_announce *announce;
static atomic_bool announced;
static sigset_t signals_before_fork;

/* A trace that begins is told what the process is, before its first event. */
static inline void lttng_announce(void)
{
    bool begun = lttng_ust_tracepoint_enabled(thrum, process_begin);

    if (begun != atomic_load_explicit(&announced, memory_order_relaxed) && atomic_exchange(&announced, begun) != begun && begun)
        announce(&thrum_lttng_sink);
}

static int lttng_start(thrum_sink_announce *how)
{
    announce = how;
    lttng_clock_start();
    lttng_announce();
    return 0;
}

/*
 * Events of fixed size are written by one copy of a packed struct; the probe that LTTng's macros make calls the ring buffer
 * once for each field, which costs more than all the rest. What LTTng itself must see to (a filter, a trigger) and machines
 * that align fields go by that probe.
 */
static bool lttng_write_packed(const struct lttng_ust_event_common *event, const void *packed, size_t size)
{
    struct lttng_ust_event_recorder *recorder = event->child;
    struct lttng_ust_channel_buffer *channel = recorder->chan;
    struct lttng_ust_probe_ctx probe = {.struct_size = sizeof(probe)};
    struct lttng_ust_ring_buffer_ctx ring;

    if (!CMM_ACCESS_ONCE(channel->parent->session->active) || !CMM_ACCESS_ONCE(channel->parent->enabled) ||
        !CMM_ACCESS_ONCE(event->enabled))
        return true;
    if (CMM_ACCESS_ONCE(event->eval_filter))
        return false;
    lttng_ust_ring_buffer_ctx_init(&ring, recorder, size, 1, &probe);
    if (channel->ops->event_reserve(&ring) < 0)
        return true;
    channel->ops->event_write(&ring, packed, size, 1);
    channel->ops->event_commit(&ring);
    return true;
}

typedef void lttng_probe(void *data, const void *record);

/* What lttng_ust_tracepoint() does, with the copy in place of the probe `ours` where that is possible. */
static inline void lttng_trace(struct lttng_ust_tracepoint *tracepoint, void (*ours)(void), const void *record, const void *packed,
                               size_t size)
{
    struct lttng_ust_tracepoint_probe *probe;

    lttng_ust_tp_rcu_read_lock();
    probe = lttng_ust_tp_rcu_dereference(tracepoint->probes);
    for (; probe && probe->func; probe++) {
        const struct lttng_ust_event_common *event = probe->data;

        if (probe->func != ours || event->type != LTTNG_UST_EVENT_TYPE_RECORDER || !lttng_write_packed(event, packed, size))
            ((lttng_probe *)probe->func)(probe->data, record);
    }
    lttng_ust_tp_rcu_read_unlock();
}

/* struct lttng_packed_acquire ... as the ring buffer holds it, and whether the event has fields of no fixed size. */
#define THRUM_ADDR(name, meaning) uint64_t name;
#define THRUM_U32(name, meaning) uint32_t name;
#define THRUM_U64(name, meaning) uint64_t name;
#define THRUM_I32(name, meaning) int32_t name;
#define THRUM_I64(name, meaning) int64_t name;
#define THRUM_WORD(name, words, meaning) uint8_t name;
#define THRUM_STRING(name, meaning)
#define THRUM_ADDRS(name, meaning)
#define THRUM_EVENT(name, meaning, fields)                        \
    struct lttng_packed_##name {                                  \
        struct thrum_event_common common;                         \
        fields                                                    \
    } __attribute__((packed));
#include "events.h"
#include "events-end.h"

#define THRUM_ADDR(name, meaning)
#define THRUM_U32(name, meaning)
#define THRUM_U64(name, meaning)
#define THRUM_I32(name, meaning)
#define THRUM_I64(name, meaning)
#define THRUM_WORD(name, words, meaning)
#define THRUM_STRING(name, meaning) + 1
#define THRUM_ADDRS(name, meaning) + 1
#define THRUM_EVENT(name, meaning, fields) LTTNG_VARIABLE_##name = 0 fields,
enum {
#include "events.h"
};
#include "events-end.h"

#define THRUM_ADDR(name, meaning) .name = record->name,
#define THRUM_U32 THRUM_ADDR
#define THRUM_U64 THRUM_ADDR
#define THRUM_I32 THRUM_ADDR
#define THRUM_I64 THRUM_ADDR
#define THRUM_WORD(name, words, meaning) .name = record->name,
#define THRUM_STRING(name, meaning)
#define THRUM_ADDRS(name, meaning)
#define THRUM_EVENT(name, meaning, fields)                                                                              \
    static inline void lttng_emit_##name(const struct thrum_event_##name *record)                                      \
    {                                                                                                                   \
        struct lttng_packed_##name packed = {.common = record->common, fields};                                         \
                                                                                                                        \
        if (LTTNG_VARIABLE_##name != 0 || LTTNG_ALIGNS != 0)                                                                      \
            lttng_ust_tracepoint(thrum, name, record);                                                                  \
        else                                                                                                            \
            lttng_trace(&lttng_ust_tracepoint_thrum___##name, (void (*)(void))lttng_ust__event_probe__thrum___##name,   \
                        record, &packed, sizeof(packed));                                                               \
    }
#include "events.h"
#include "events-end.h"

/* What is recorded after its call must not read the time before that was done; a release comes before its call and can't. */
static void lttng_emit(enum thrum_event_id id, const void *record)
{
    lttng_announce();
    switch (id) {
#define THRUM_EVENT(name, meaning, fields)               \
    case THRUM_EVENT_##name:                             \
        if (lttng_ust_tracepoint_enabled(thrum, name)) { \
            if (THRUM_EVENT_##name != THRUM_EVENT_release) \
                clock_fence();                           \
            lttng_emit_##name(record);                   \
        }                                                \
        break;
#include "events.h"
#include "events-end.h"
    case THRUM_EVENT_COUNT:
        break;
    }
}

static void lttng_fork_prepare(void)
{
    sigset_t signals;

    /* Makes urcu know this thread: its lock, which that takes, is held from here on, while handlers of fork may record. */
    lttng_ust_tp_rcu_read_lock();
    lttng_ust_tp_rcu_read_unlock();
    lttng_ust_before_fork(&signals);
    /* Now that no other thread can be here. */
    signals_before_fork = signals;
}

static void lttng_fork_parent(void)
{
    /* A copy: the lock is let go before the mask is set. */
    sigset_t signals = signals_before_fork;

    lttng_ust_after_fork_parent(&signals);
}

/* What handlers of fork do now still goes to the parent's buffers, which the child has as well. */
static void lttng_fork_child(void)
{
    lttng_clock_fork_child();
    atomic_store(&announced, false);
}

/* Not before: this frees memory, and the handlers of an allocator may not have given its locks back. */
static void lttng_fork_returned(void)
{
    lttng_ust_after_fork_child(&signals_before_fork);
    lttng_announce();
}

const struct thrum_sink thrum_lttng_sink = {
    .name = "lttng",
    .start = lttng_start,
    .emit = lttng_emit,
    .fork_prepare = lttng_fork_prepare,
    .fork_parent = lttng_fork_parent,
    .fork_child = lttng_fork_child,
    .fork_returned = lttng_fork_returned,
};
