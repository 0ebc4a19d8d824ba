/* SPDX-License-Identifier: MIT */
/* The recorder's emit(), as sink.h asks for it. */
#ifndef THRUM_TRACEPOINTS_RECORDER_EMIT_H
#define THRUM_TRACEPOINTS_RECORDER_EMIT_H

#include "records.h"

void recorder_emit(enum thrum_event_id id, const void *record);

#endif
