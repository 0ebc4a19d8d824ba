/* SPDX-License-Identifier: MIT */
/* The sinks of this process: which there are, and starting and stopping them. */
#ifndef THRUM_PROBE_SINKS_H
#define THRUM_PROBE_SINKS_H

#include "core/env.h"
#include "sink.h"

/* Starts every sink that the environment asks for and the machine allows. */
void sinks_start(const struct env *env);

/* Around fork, in the forking thread. */
void sinks_fork_prepare(void);
void sinks_fork_parent(void);
void sinks_fork_child(void);
void sinks_fork_returned(void);

/* Calls kept for each stack. */
extern unsigned sinks_stack_depth;

/* The LTTng-UST provider, loaded where it is wanted and there, else NULL (lttng.c). */
const struct thrum_sink *lttng_load(enum env_switch wanted);

#endif
