/* SPDX-License-Identifier: MIT */
/* From an event of libbabeltrace2 to a record of the event table. */
#ifndef THRUM_TRACE_READER_DECODE_H
#define THRUM_TRACE_READER_DECODE_H

#include <babeltrace2/babeltrace.h>
#include "trace/reader.h"
#include "trace/wrapper.h"

struct decode;

enum decode_result {
    DECODE_ok,
    DECODE_foreign,    /* of another provider */
    DECODE_wrapper,    /* of LTTng's pthread wrapper: *told */
    DECODE_nobodys,    /* likewise, but without the process and thread that it is of */
    DECODE_unreadable, /* of thrum, but unknown, or without the process and thread that it is of */
};

struct decode *decode_new(void);
void decode_free(struct decode *);

/* Fills in `to` but for the time. Its strings live as long as the bt_event, its sequences until the next call. */
enum decode_result decode_event(struct decode *, const bt_event *, struct trace_event *to, struct wrapper_told *told);

#endif
