/* SPDX-License-Identifier: MIT */
/* Who waits for the end of a child process, as the kernel tells it: the checker in a process doesn't see such waits. */
#ifndef THRUM_LIVE_CHILD_H
#define THRUM_LIVE_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The one child for whose end the thread sleeps: it named that, or its process has no other. 0: it doesn't, or there are several. */
pid_t live_child_awaited(pid_t, int32_t tid);

/* 0 where it isn't known. */
pid_t live_parent(pid_t);

/* Whether the process has one thread, without which it can't end by itself. */
bool live_is_alone(pid_t);

#endif
