/* SPDX-License-Identifier: MIT */
/*
 * A sink: where events go (LTTng-UST, the recorder). The library feeds every sink that is there.
 *
 * emit() is called by any thread, also inside signal handlers and between fork and exec, with the thread's
 * reentrancy guard set and errno saved by the caller. It may not block on the program, allocate with malloc
 * or call anything interposed that matters. The record and what it points to live as long as the call.
 */
#ifndef THRUM_TRACEPOINTS_SINK_H
#define THRUM_TRACEPOINTS_SINK_H

#include "records.h"

struct thrum_sink;

/* Tells one sink, once more, all that it must know of a process in which it starts late: process_begin and the
 * modules. A sink whose trace can start at any time calls it before the first event of each trace. */
typedef void thrum_sink_announce(const struct thrum_sink *sink);

struct thrum_sink {
    const char *name;

    /* Makes the sink ready, in the constructor or in a forked child; 0 or -errno, and then it isn't used. */
    int (*start)(thrum_sink_announce *announce);

    /* Takes one event; `record` is the struct of that id. */
    void (*emit)(enum thrum_event_id id, const void *record);

    /* Around fork, in the forking thread; each may be NULL. */
    void (*fork_prepare)(void);
    void (*fork_parent)(void);
    void (*fork_child)(void);

    /* In the child, when fork returns: all handlers of fork have run, and malloc is whole again; may be NULL. Events of
     * those handlers were emitted before it. */
    void (*fork_returned)(void);

    /* The process is about to end or to exec; may be NULL. Nothing may depend on its being called. */
    void (*stop)(void);
};

#endif
