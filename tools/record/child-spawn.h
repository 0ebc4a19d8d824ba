/* SPDX-License-Identifier: MIT */
/* The step from this process to a running program; for child.c. */
#ifndef THRUM_RECORD_CHILD_SPAWN_H
#define THRUM_RECORD_CHILD_SPAWN_H

#include "record/child.h"

/* The signals that child_hold_signals() holds. */
void child_held_signals(sigset_t *);

/*
 * Starts the program in a process of its own. The process id; 0 where it could not be run, with the errno value in
 * *exec_error; -errno where no process could be made.
 */
pid_t child_spawn(const struct child_plan *, const struct child_signals *, int *exec_error);

#endif
