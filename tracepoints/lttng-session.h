/* SPDX-License-Identifier: MIT */
/*
 * Which recording a process belongs to: the number in THRUM_SESSION, which `thrum record` gives to its program and all
 * that descend from it. It is a field of every LTTng event that isn't written, only there to be filtered by: root's
 * session daemon serves all processes of the machine, and a recording holds those of its own alone.
 */
#ifndef THRUM_TRACEPOINTS_LTTNG_SESSION_H
#define THRUM_TRACEPOINTS_LTTNG_SESSION_H

#include <stdint.h>

/* 0 in a process that belongs to no recording. Read once, when the provider is loaded: programs clear their environment. */
extern uint64_t lttng_session __attribute__((visibility("hidden")));

#endif
