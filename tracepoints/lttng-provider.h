/* SPDX-License-Identifier: MIT */
/* The LTTng-UST provider "thrum": a tracepoint for each event of the table, an enumeration for each of enums.h. */
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER thrum

#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "lttng-provider.h"

#if !defined(THRUM_TRACEPOINTS_LTTNG_PROVIDER_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define THRUM_TRACEPOINTS_LTTNG_PROVIDER_H

#include <lttng/tracepoint.h>
#include "lttng-session.h"
#include "records.h"

/* LTTng reads this file once for each thing that it makes of an event; the macros below expand to what it wants then. */
#define THRUM_ENUM_VALUE(enumeration, word, number) lttng_ust_field_enum_value(#word, number)
#define THRUM_ENUM_DEFINE(name, list) LTTNG_UST_TRACEPOINT_ENUM(thrum, name, LTTNG_UST_TP_ENUM_VALUES(list(THRUM_ENUM_VALUE)))
THRUM_ENUMS(THRUM_ENUM_DEFINE)
#undef THRUM_ENUM_DEFINE
#undef THRUM_ENUM_VALUE

#define THRUM_ADDR(name, meaning) lttng_ust_field_integer_hex(uint64_t, name, record->name)
#define THRUM_U32(name, meaning) lttng_ust_field_integer(uint32_t, name, record->name)
#define THRUM_U64(name, meaning) lttng_ust_field_integer(uint64_t, name, record->name)
#define THRUM_I32(name, meaning) lttng_ust_field_integer(int32_t, name, record->name)
#define THRUM_I64(name, meaning) lttng_ust_field_integer(int64_t, name, record->name)
#define THRUM_WORD(name, words, meaning) lttng_ust_field_enum(thrum, words, uint8_t, name, record->name)
#define THRUM_STRING(name, meaning) lttng_ust_field_string(name, record->name)
#define THRUM_ADDRS(name, meaning) lttng_ust_field_sequence_hex(uint64_t, name, record->name.at, uint32_t, record->name.count)
#define THRUM_EVENT(name, meaning, fields)                              \
    LTTNG_UST_TRACEPOINT_EVENT(                                         \
        thrum, name,                                                    \
        LTTNG_UST_TP_ARGS(const struct thrum_event_##name *, record),   \
        LTTNG_UST_TP_FIELDS(                                            \
            lttng_ust_field_integer(int32_t, pid, record->common.pid)   \
            lttng_ust_field_integer(int32_t, tid, record->common.tid)   \
            lttng_ust_field_integer_nowrite(uint64_t, session, lttng_session) \
            fields))
#include "events.h"
#include "events-end.h"

#endif

#include <lttng/tracepoint-event.h>
