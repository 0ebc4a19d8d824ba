/* SPDX-License-Identifier: MIT */
/* The process itself: what process_begin tells of it. */
#ifndef THRUM_PROBE_PROCESS_H
#define THRUM_PROBE_PROCESS_H

#include "records.h"

/* Fills the record; its strings live for ever. */
void process_describe(struct thrum_event_process_begin *record);

/* The file that it runs; "" where that isn't known. */
const char *process_executable(void);

#endif
