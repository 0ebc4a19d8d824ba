/* SPDX-License-Identifier: MIT */
/*
 * What LTTng leaves behind in shared memory, brought into the trace.
 *
 * A process that dies while it writes an event leaves a hole in its buffer, at which LTTng's consumer stops: up to a whole
 * buffer of events would be missing, uncounted. And where a consumer dies or its disk fills, so does what it has not
 * written. lttng-crash reads what the consumer didn't, all but the event that was being written.
 */
#ifndef THRUM_RECORD_SALVAGE_H
#define THRUM_RECORD_SALVAGE_H

#include <stdbool.h>
#include <stdint.h>

struct salvage {
    bool disk_full;    /* so the trace may lack events */
    int64_t recovered; /* the most bytes of events found for one processor, 0: none; -errno where lttng-crash can't be run */
};

/* Keeps some room in the recording's directory, for what must be written last if the disk is to fill up. */
void salvage_prepare(const char *directory);

/*
 * Gives the room back, completes the trace's metadata from `buffers`, where LTTng has its buffers' files, and writes the
 * events found there as a trace of its own into `directory`/recovered; where there are none it makes nothing.
 * Nothing may write to the buffers any more.
 */
void salvage(const char *buffers, const char *directory, struct salvage *);

#endif
