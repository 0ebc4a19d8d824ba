/* SPDX-License-Identifier: MIT */
/*
 * Events that LTTng leaves behind in shared memory. A process that dies while it writes an event leaves a hole in its
 * buffer, at which LTTng's consumer stops: up to a whole buffer of events would be missing, uncounted. lttng-crash reads
 * what the consumer didn't, all but the event that was being written.
 */
#ifndef THRUM_RECORD_SALVAGE_H
#define THRUM_RECORD_SALVAGE_H

#include <stdint.h>

/*
 * Looks for such events in the buffers' files below `buffers` and writes those found as a trace of its own into
 * `directory`/recovered; where there are none it makes nothing. Nothing may write to the buffers any more.
 * The most bytes found for one processor, 0 where there were none; -errno where lttng-crash can't be run.
 */
int64_t salvage(const char *buffers, const char *directory);

#endif
