/* SPDX-License-Identifier: MIT */
/* Events into streams: one function for each event of the table. */
#include "recorder-emit.h"

#include "recorder-held.h"
#include "recorder-order.h"
#include "recorder-pack.h"
#include "recorder.h"
#include "recorder-state.h"

/* --- whether the time must be read behind a fence --- */

static inline bool fence_acquire(const struct thrum_event_acquire *record)
{
    return !order_take(record->object);
}

static inline bool fence_acquire_end(const struct thrum_event_acquire_end *record)
{
    order_take(record->object);
    return true;
}

static inline bool fence_wait_end(const struct thrum_event_wait_end *record)
{
    order_take(record->mutex);
    return true;
}

/*
 * What is recorded before it is done, is done later than the time is read, whatever the processor does. So it is with
 * release, wake and destroy, and with what begins.
 */
static inline bool fence_release(const struct thrum_event_release *record)
{
    order_give(record->object);
    return false;
}

static inline bool fence_before(const void *record)
{
    (void)record;
    return false;
}

static inline bool fence_other(const void *record)
{
    (void)record;
    return true;
}

#define FENCE(record)                                                       \
    _Generic((record), const struct thrum_event_acquire *: fence_acquire,   \
        const struct thrum_event_acquire_end *: fence_acquire_end,          \
        const struct thrum_event_wait_end *: fence_wait_end,                \
        const struct thrum_event_release *: fence_release,                  \
        const struct thrum_event_wake *: fence_before,                      \
        const struct thrum_event_acquire_begin *: fence_before,             \
        const struct thrum_event_wait_begin *: fence_before,                \
        const struct thrum_event_spawn *: fence_before,                     \
        const struct thrum_event_object_destroy *: fence_before, default: fence_other)(record)

/* --- an event into its stream --- */

#define THRUM_EVENT(name, meaning, fields)                                                                              \
    static inline __attribute__((always_inline)) void write_##name(const struct thrum_event_##name *record,             \
                                                                   unsigned width)                                      \
    {                                                                                                                   \
        const bool fence = FENCE(record);                                                                               \
        struct slot slot;                                                                                               \
        uint8_t *at;                                                                                                    \
                                                                                                                        \
        do {                                                                                                            \
            at = stream_begin(&slot, THRUM_EVENT_##name + (width == LAYOUT_ADDR ? 0 : ID_WIDE),                         \
                              size_##name(record, width), fence);                                                       \
        } while (at && !stream_commit(&slot, pack_##name(at, record, width)));                                          \
    }                                                                                                                   \
    static __attribute__((noinline)) void emit_wide_##name(const struct thrum_event_##name *record)                     \
    {                                                                                                                   \
        write_##name(record, LAYOUT_ADDR_WIDE);                                                                         \
    }                                                                                                                   \
    static inline __attribute__((always_inline)) void emit_##name(const struct thrum_event_##name *record)              \
    {                                                                                                                   \
        if (__builtin_expect(addresses_##name(record) >> ADDR_BITS, 0))                                                 \
            emit_wide_##name(record);                                                                                   \
        else                                                                                                            \
            write_##name(record, LAYOUT_ADDR);                                                                          \
    }
#define THRUM_ADDR(name, meaning)
#define THRUM_U32(name, meaning)
#define THRUM_U64(name, meaning)
#define THRUM_I32(name, meaning)
#define THRUM_I64(name, meaning)
#define THRUM_WORD(name, words, meaning)
#define THRUM_STRING(name, meaning)
#define THRUM_ADDRS(name, meaning)
#include "events.h"
#undef THRUM_EVENT

/* A ring's stream follows what its thread holds. */
static void follow(enum thrum_event_id id, const union thrum_event_record *record)
{
    struct thrum_event_held held = {.count = 1};

    switch (id) {
    case THRUM_EVENT_acquire:
        held.object = record->acquire.object, held.kind = record->acquire.kind;
        held.mode = record->acquire.mode, held.site = record->acquire.site;
        held_add(&held);
        break;
    case THRUM_EVENT_acquire_end:
        held.object = record->acquire_end.object, held.kind = record->acquire_end.kind;
        held.mode = record->acquire_end.mode, held.site = record->acquire_end.site;
        if (record->acquire_end.result == THRUM_result_ok || record->acquire_end.result == THRUM_result_EOWNERDEAD)
            held_add(&held);
        break;
    case THRUM_EVENT_release:
        held_remove(record->release.object);
        break;
    case THRUM_EVENT_wait_begin:
        held_remove(record->wait_begin.mutex);
        break;
    case THRUM_EVENT_wait_end:
        held.object = record->wait_end.mutex, held.kind = THRUM_kind_mutex;
        held.mode = THRUM_mode_exclusive, held.site = record->wait_end.site;
        if (held.object)
            held_add(&held);
        break;
    default:
        break;
    }
}

static void emit(enum thrum_event_id id, const void *record)
{
    switch (id) {
#define THRUM_EVENT(name, meaning, fields) \
    case THRUM_EVENT_##name:               \
        emit_##name(record);               \
        break;
#include "events.h"
#include "events-end.h"
    case THRUM_EVENT_COUNT:
        break;
    }
}

/* What a ring may not lose, for the tools need it to name what is left: few events, by all threads into one stream. */
static bool kept_beside_rings(enum thrum_event_id id)
{
    switch (id) {
    case THRUM_EVENT_process_begin:
    case THRUM_EVENT_process_fork:
    case THRUM_EVENT_module_load:
    case THRUM_EVENT_source_line:
    case THRUM_EVENT_thread_begin:
    case THRUM_EVENT_thread_name:
    case THRUM_EVENT_object_name:
    case THRUM_EVENT_order_edge:
    case THRUM_EVENT_finding:
        return true;
    default:
        return false;
    }
}

static void emit_into_ring(enum thrum_event_id id, const void *record)
{
    struct stream_keep keep;

    if (__builtin_expect(!kept_beside_rings(id), 1)) {
        emit(id, record);
        follow(id, record);
    } else if (stream_keep_begin(&keep)) {
        emit(id, record);
        stream_keep_end(&keep);
    }
}

void recorder_direct(enum thrum_event_id id, const void *record)
{
    recorder_self.depth++;
    emit(id, record);
    recorder_self.depth--;
}

void recorder_emit(enum thrum_event_id id, const void *record)
{
    recorder_self.depth++;
    if (__builtin_expect(recorder_config.ring > 0, 0))
        emit_into_ring(id, record);
    else
        emit(id, record);
    recorder_self.depth--;
}
