/* SPDX-License-Identifier: MIT */
/*
 * What the checker in a running process knows, read from outside without stopping it (process_vm_readv), and told as the
 * events that would have led there: who holds what, who waits for what.
 */
#ifndef THRUM_TRACE_LIVE_H
#define THRUM_TRACE_LIVE_H

#include <stdbool.h>
#include <sys/types.h>
#include "trace/reader.h"

/*
 * Calls `take` for each event, in order of time. False where that can't be read: *trouble, to be freed, says what and what
 * to do about it.
 */
bool live_read(pid_t pid, void (*take)(void *data, const struct trace_event *event), void *data, char **trouble);

#endif
