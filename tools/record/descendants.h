/* SPDX-License-Identifier: MIT */
/* The processes that descend from this one, as /proc shows them; for a subreaper that is all that its children left behind. */
#ifndef THRUM_RECORD_DESCENDANTS_H
#define THRUM_RECORD_DESCENDANTS_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Sends `signal` (0: none) to every descendant that runs, and returns how many there are. The child `except` and what
 * descends from it isn't counted nor signalled (0: no such child). 0 where /proc can't be read.
 */
size_t descendants_signal(pid_t except, int signal);

#endif
