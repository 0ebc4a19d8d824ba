/* SPDX-License-Identifier: MIT */
/*
 * Events of LTTng's own pthread wrapper, lttng_ust_pthread:*, made into those of the event table. They tell of mutexes alone;
 * they don't tell whether a thread had to wait for one, and an unlock is told of after the call, when another thread may have
 * told that it has the mutex. So who holds what is kept here: a thread waits while another holds the mutex, and loses it where
 * another has it.
 */
#ifndef THRUM_TRACE_WRAPPER_H
#define THRUM_TRACE_WRAPPER_H

#include <stdbool.h>
#include "trace/reader.h"

enum wrapper_what { WRAPPER_none, WRAPPER_request, WRAPPER_got, WRAPPER_tried, WRAPPER_unlocked };

/* Which one an event of this name is. */
enum wrapper_what wrapper_what(const char *name);

struct wrapper;
struct wrapper *wrapper_new(void);
void wrapper_free(struct wrapper *);

/* What one event told: when, who, which mutex, what the call returned, and from where it was called. */
struct wrapper_told {
    enum wrapper_what what;
    int64_t time_ns;
    struct thrum_event_common who;
    uint64_t mutex, site;
    int status;
};
void wrapper_take(struct wrapper *, const struct wrapper_told *);

/* The next event that came of that, none or several; false: there is none. It lives until the next call. */
bool wrapper_give(struct wrapper *, struct trace_event *);

#endif
