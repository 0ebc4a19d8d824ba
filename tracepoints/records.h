/* SPDX-License-Identifier: MIT */
/*
 * Events as C sees them: from the table, an id and a record struct for each event.
 *
 *   enum thrum_event_id { THRUM_EVENT_acquire, ..., THRUM_EVENT_COUNT }
 *   struct thrum_event_acquire { struct thrum_event_common common; uint64_t object; uint8_t kind; ... }
 *
 * Strings and address sequences are borrowed: they live as long as the call that passes the record.
 */
#ifndef THRUM_TRACEPOINTS_RECORDS_H
#define THRUM_TRACEPOINTS_RECORDS_H

#include <stdbool.h>
#include <stdint.h>
#include "enums.h"

/*
 * A site that stands for a line of an interpreter's language, as a source_line event tells: a number that fits where
 * addresses do (48 bits) and that no address of a program has: it is above user space on x86-64, and on aarch64 15 TiB
 * below the highest addresses, where these are in use.
 */
#define RECORD_LINE_FIRST 0xf00000000001u
static inline bool record_is_line(uint64_t site)
{
    return site >> 40 == 0xf0;
}

/* What every event carries: the process and thread it tells of, as that process sees their ids. */
struct thrum_event_common {
    int32_t pid;
    int32_t tid;
};

/* A sequence of addresses, innermost call first. */
struct thrum_addrs {
    const uint64_t *at;
    uint32_t count;
};

#define THRUM_EVENT(name, meaning, fields) THRUM_EVENT_##name,
enum thrum_event_id {
#include "events.h"
    THRUM_EVENT_COUNT
};
#undef THRUM_EVENT

#define THRUM_ADDR(name, meaning) uint64_t name;
#define THRUM_U32(name, meaning) uint32_t name;
#define THRUM_U64(name, meaning) uint64_t name;
#define THRUM_I32(name, meaning) int32_t name;
#define THRUM_I64(name, meaning) int64_t name;
#define THRUM_WORD(name, words, meaning) uint8_t name;
#define THRUM_STRING(name, meaning) const char *name;
#define THRUM_ADDRS(name, meaning) struct thrum_addrs name;
#define THRUM_EVENT(name, meaning, fields) struct thrum_event_##name { struct thrum_event_common common; fields };
#include "events.h"
#include "events-end.h"

/* Any event's record; all begin with `common`. */
#define THRUM_EVENT(name, meaning, fields) struct thrum_event_##name name;
union thrum_event_record {
    struct thrum_event_common common;
#include "events.h"
};
#undef THRUM_EVENT

#endif
