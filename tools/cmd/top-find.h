/* SPDX-License-Identifier: MIT */
/* Finds what a process records to. */
#ifndef THRUM_CMD_TOP_FIND_H
#define THRUM_CMD_TOP_FIND_H

#include <sys/types.h>

/* The directory of the recording that a process writes, or one that it started, to be freed; NULL: none. */
char *top_find(pid_t pid);

#endif
