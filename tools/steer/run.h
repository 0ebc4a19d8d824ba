/* SPDX-License-Identifier: MIT */
/* Runs a program under the checker with its threads steered, until it ends, hangs as was sought, or takes too long. */
#ifndef THRUM_STEER_RUN_H
#define THRUM_STEER_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include "check/log.h"
#include "steering.h"

/* What all runs of a command share. */
struct steer_runner {
    char *const *program;
    int64_t timeout_ms; /* a run that takes longer is ended */
    bool quiet;         /* what the program prints goes nowhere */
    char *preload;      /* LD_PRELOAD's libraries of ours */
    char directory[64];
    char *plan_path, *log_path;
    struct steer *plan; /* to be filled in before each run */
    struct check_log log; /* what the checker found in the last run */
};

enum steer_outcome {
    STEER_ended,     /* the program came to its end */
    STEER_deadlock,  /* the checker saw the deadlock; it is the log's last finding */
    STEER_still,     /* all roles' threads stand where they were to, and don't move any more */
    STEER_timeout,
    STEER_cant_run,  /* the program isn't there, or can't be run */
};

/* 0, or -errno and *trouble, a line to be freed. */
int steer_begin(struct steer_runner *, char **trouble);

/* One run by the plan, whose progress is cleared first. *status: how the program ended, as a shell tells. */
enum steer_outcome steer_run(struct steer_runner *, int *status);

/* The finding that happened in the last run, NULL: none did. */
const struct finding *steer_happened(const struct steer_runner *);
void steer_end(struct steer_runner *);

#endif
