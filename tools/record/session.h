/* SPDX-License-Identifier: MIT */
/* A recording's own LTTng session: all thrum events, in buffers large enough that ordinary programs lose none. */
#ifndef THRUM_RECORD_SESSION_H
#define THRUM_RECORD_SESSION_H

#include <stdbool.h>
#include <stdint.h>

struct session {
    char name[64];
    bool streams;                       /* to another host; what is in the local directory isn't the trace */
    bool stopped;
    uint64_t buffer_full;               /* bytes in a processor's buffer from which it may have been full */
    uint64_t lost_events, lost_packets; /* known once it is stopped */
};

struct session_plan {
    const char *directory; /* where the trace goes, absolute */
    const char *relay;     /* or HOST[:PORT[:PORT]] of a relay daemon, which can show it meanwhile; NULL: to the directory */
    const char *buffers;   /* directory of the files with the buffers' memory, absolute */
    uint64_t number;       /* the recording's */
    bool shared;           /* the daemon has others' processes too: only those that have the number in THRUM_SESSION count */
};

/*
 * Makes and starts a session.
 * 0, or -errno and *trouble, and then there is no session.
 */
int session_start(struct session *, const struct session_plan *, char **trouble);

/* Takes no further events, and waits until those taken are in the directory. 0, or -errno and *trouble. */
int session_stop(struct session *, char **trouble);

/* Makes an end of it. What is in the directory stays. */
void session_destroy(struct session *);

#endif
