/* SPDX-License-Identifier: MIT */
/* Events of several hosts in one stream of events. */
#ifndef THRUM_TRACE_READER_HOSTS_H
#define THRUM_TRACE_READER_HOSTS_H

#include "trace/reader.h"

/* Gives what an event of the host of this number says of processes, threads and files the numbers that stand for them here. */
void reader_move(struct trace_event *, unsigned host);

#endif
