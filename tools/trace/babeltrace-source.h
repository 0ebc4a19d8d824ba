/* SPDX-License-Identifier: MIT */
/* A trace as a source in a graph of libbabeltrace2. */
#ifndef THRUM_TRACE_BABELTRACE_SOURCE_H
#define THRUM_TRACE_BABELTRACE_SOURCE_H

#include <babeltrace2/babeltrace.h>
#include "trace/reader-find.h"

/*
 * Adds the trace at a place to the graph, under a name of its own by its number; NULL where it can't be read. What of it is
 * lost or missing is added to the losses.
 */
const bt_component_source *babeltrace_source_add(bt_graph *graph, size_t number, struct trace_place *place, struct reader_losses *losses);

#endif
