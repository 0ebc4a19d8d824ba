/* SPDX-License-Identifier: MIT */
/*
 * Runs a program as a shell would, and sees it to its end.
 *
 * The program stays in this process's group, so that the terminal treats both as one job: Ctrl-C, Ctrl-\ and Ctrl-Z reach
 * the program as they would without us, pipelines and `fg` work. This process only waits. A signal that a process sends
 * to it alone is passed on. It adopts the program's orphans, to find what the program left behind.
 */
#ifndef THRUM_RECORD_CHILD_H
#define THRUM_RECORD_CHILD_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Why this process ends the program. */
enum child_end { CHILD_TIMEOUT, CHILD_INTERRUPT };

struct child_plan {
    char *const *argv;                        /* the program, searched for in PATH, and its arguments */
    int64_t timeout_ms;                       /* it is ended after so long; 0: never */
    pid_t helper;                             /* a child of ours that isn't the program's, left alone; 0: none */
    int watch;                                /* a descriptor to watch, -1: none */
    bool (*watched)(void *data);              /* it became readable; whether to go on watching it */
    int (*prepare)(void *data);               /* in the new process, before the program: its environment; 0 or -errno */
    void (*ending)(enum child_end, void *data); /* once, before this process ends the program */
    void *data;
};

struct child_outcome {
    int status;     /* the program's exit status; 128 + n where signal n ended it */
    int exec_error; /* why it could not be run (errno), else 0 */
    size_t left;    /* how many of its descendants still run */
};

/* What this process's signals were like before child_hold_signals(). */
struct child_signals {
    sigset_t mask;
    struct sigaction child, pipe;
};

/* From here on a signal doesn't end nor stop this process: it is kept for child_run() to act upon. */
void child_hold_signals(struct child_signals *);

/* They act as before again. */
void child_release_signals(const struct child_signals *);

/*
 * Runs the program, with signals as they were before child_hold_signals(), until it ends or is ended. It is ended, with
 * its descendants, by SIGTERM and where that doesn't do by SIGKILL: at its timeout, and where a Ctrl-C hasn't ended it
 * after some seconds (a program that reads keys from the terminal is left alone: there Ctrl-C has another use).
 * 0, or -errno where no process could be made.
 */
int child_run(const struct child_plan *, const struct child_signals *, struct child_outcome *);

#endif
