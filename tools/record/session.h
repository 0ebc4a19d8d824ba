/* SPDX-License-Identifier: MIT */
/* A recording's own LTTng session: all thrum events, in buffers large enough that ordinary programs lose none. */
#ifndef THRUM_RECORD_SESSION_H
#define THRUM_RECORD_SESSION_H

#include <stdbool.h>
#include <stdint.h>

struct session {
    char name[64];
    bool stopped;
    uint64_t buffer_full;               /* bytes in a processor's buffer from which it may have been full */
    uint64_t lost_events, lost_packets; /* known once it is stopped */
};

/*
 * Makes and starts a session that writes to `directory` and keeps its buffers' memory in files below `buffers`, both
 * absolute. `number` is the recording's; in a `shared` daemon only processes that have it in THRUM_SESSION are recorded.
 * 0, or -errno and *trouble, and then there is no session.
 */
int session_start(struct session *, const char *directory, const char *buffers, uint64_t number, bool shared,
                  char **trouble);

/* Takes no further events, and waits until those taken are in the directory. 0, or -errno and *trouble. */
int session_stop(struct session *, char **trouble);

/* Makes an end of it. What is in the directory stays. */
void session_destroy(struct session *);

#endif
