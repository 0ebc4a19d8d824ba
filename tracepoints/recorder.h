/* SPDX-License-Identifier: MIT */
/*
 * The recorder: a sink that writes CTF 1.8 traces from inside the traced process, without a daemon.
 *
 *   DIR/                    the recording: any number of processes
 *     .recording            what they share: the clock's offset, bytes used
 *     PROGRAM-PID[-N]/      one process between exec (or fork) and its end: a CTF trace
 *       metadata
 *       stream_S_C          chunk C of stream S
 *       .streams            the names of these, a line each: what is missing can be told
 *
 * A thread has a stream, a stream has one chunk at a time that is written: a file mapped into memory. Each event is
 * written behind the last one and then made part of the packet by one store to the packet's content size. The last packet
 * of a chunk reaches to the end of its file, so the trace is whole at every instant, whatever ends the process.
 */
#ifndef THRUM_TRACEPOINTS_RECORDER_H
#define THRUM_TRACEPOINTS_RECORDER_H

#include <stdbool.h>
#include <stdint.h>
#include "sink.h"

struct recorder_options {
    const char *directory; /* made where it isn't there; taken from the current directory where it is relative */
    uint64_t ring;         /* bytes that each thread may keep, its newest; 0: everything is kept */
    uint64_t max_size;     /* bytes that the whole recording may take; 0: as much as there is room for */
};

/*
 * Takes the options, before the sink is started. 0, or -ENAMETOOLONG, or another -errno where the current directory
 * isn't known.
 */
int recorder_configure(const struct recorder_options *options);

/* start() gives -errno where nothing can be recorded, after one line on stderr that says why. */
extern const struct thrum_sink recorder_sink;

/*
 * Whether events may be recorded straight and not by emit(): by recorder_fast_*() of recorder-fast.h, and by recorder_direct().
 * Both keep errno, call nothing that is interposed, and may be interrupted by handlers that record too, so the caller needs
 * no guard; a handler that leaves by a jump costs a stream some address space. Not so where rings are, which need the guard,
 * and where the time isn't that of the tick counter.
 */
extern bool recorder_is_direct;
void recorder_direct(enum thrum_event_id id, const void *record);

/* The process confined itself by seccomp: no file is opened, made or changed in size any more, as if it were refused. */
extern volatile bool recorder_confined;

#endif
