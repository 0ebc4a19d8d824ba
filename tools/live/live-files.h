/* SPDX-License-Identifier: MIT */
/* What several processes share, told apart by files: memory that is mapped from one, and locks of one. */
#ifndef THRUM_LIVE_FILES_H
#define THRUM_LIVE_FILES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A byte of a file, the same for all who have it mapped; memory without a name is a file of its own, too. */
struct live_byte {
    uint64_t device, inode, offset;
};

/* Where an address of a process's shared memory lies; false where the memory is its own. *path, to be freed, may be NULL. */
bool live_byte_find(pid_t, uint64_t address, struct live_byte *, char **path);

/* The file of a file lock's id (events.h), which the process has open; NULL where it isn't found, to be freed. */
char *live_lock_path(pid_t, uint64_t id);

/* Whether the kernel says that one process waits for a file lock that the other has, or that a file description has. */
bool live_lock_waits(pid_t waiter, pid_t holder);

#endif
