/* SPDX-License-Identifier: MIT */
/* What records: thrum's own recorder, or LTTng. One struct of operations each, so that `thrum record` is the same for all. */
#ifndef THRUM_RECORD_BACKEND_H
#define THRUM_RECORD_BACKEND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct backend_run; /* a recording under way; each backend has its own */

/* How a recording ended, beside what can be read from the trace itself. */
struct backend_outcome {
    bool broken;          /* it broke off before the program ended */
    bool lost_unknown;    /* more events may be missing than are counted */
    bool cut;             /* a process was killed amid an event, and what others wrote right behind it may be missing */
    bool may_be_cut;      /* that can be so of any process that was killed: the backend doesn't notice each time */
    bool full;            /* the disk, or what the recording may take of it, was full */
    uint64_t lost_events; /* that the backend knows of; the trace may tell of the same */
    uint64_t lost_packets;
    uint64_t left_out;    /* processes that aren't recorded at all, as the recording was full when they began */
    char *streamed;       /* name of the session that another host has; to be freed. NULL: the trace is in the directory */
    char *trouble;        /* what went wrong and what that means for the trace, one line to be freed; NULL: nothing */
};

/* What the user asked for; a backend says where it can't do it. */
struct backend_options {
    uint64_t ring;     /* keep only each thread's newest bytes; 0: everything */
    uint64_t max_size; /* bytes of the whole trace; 0: no bound */
    const char *relay; /* HOST[:PORT[:PORT]] of the LTTng relay daemon that gets it; NULL: none, it goes to the directory */
};

struct backend {
    const char *name;

    /* Starts to record into `directory`, an absolute path, private and empty. 0, or -errno and *trouble, and all undone. */
    int (*start)(struct backend_run **, const char *directory, const struct backend_options *, char **trouble);

    /* In the process that becomes the program: sets the environment that makes it and its descendants record. 0 or -errno. */
    int (*prepare)(const struct backend_run *);

    /* A child of this process that the backend runs, 0: none. */
    pid_t (*helper)(const struct backend_run *);

    /* A descriptor that becomes readable where recording breaks off, -1: none. And then, why, one line. */
    int (*watch)(const struct backend_run *);
    const char *(*broken)(const struct backend_run *);

    /* No further event is taken; those that were are safe from the program's end. Called at most once. */
    void (*stop)(struct backend_run *);

    /* The program has ended: stops where that isn't done, and the trace is whole in its directory. */
    void (*finish)(struct backend_run *, struct backend_outcome *);

    /* Ends all that start() began, and frees the run. */
    void (*end)(struct backend_run *);
};

extern const struct backend backend_recorder;
extern const struct backend backend_lttng;

#endif
