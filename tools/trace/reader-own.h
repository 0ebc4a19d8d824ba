/* SPDX-License-Identifier: MIT */
/* What our recorder's files tell beyond what libbabeltrace2 reads in them. */
#ifndef THRUM_TRACE_READER_OWN_H
#define THRUM_TRACE_READER_OWN_H

#include "trace/reader.h"

/*
 * Counts what was lost before the first packet that is left of each stream: our recorder's counts begin at 0, but
 * libbabeltrace2 tells of what happened between two packets only.
 */
void own_first_losses(const char *directory, struct reader_losses *losses);

#endif
