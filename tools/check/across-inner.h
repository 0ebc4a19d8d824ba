/* SPDX-License-Identifier: MIT */
/* Inside across: blocked threads of several processes, and circles of them. */
#ifndef THRUM_CHECK_ACROSS_INNER_H
#define THRUM_CHECK_ACROSS_INNER_H

#include "check/across.h"
#include "enums.h"
#include "live/live-child.h"
#include "live/live-files.h"
#include "live/live-threads.h"

enum { ACROSS_STEPS = 64 };

struct across_process {
    struct live_process process;
    struct live_threads threads; /* during a look */
    bool blocked;                /* some of them are, by what the checker knows */
};

/* A byte of shared memory (pid 0) or an address of one process; of a file lock, its id. */
struct across_object {
    uint8_t kind;
    pid_t pid;
    struct live_byte byte;
};

struct across_blocked {
    struct across_process *process;
    const struct live_thread *thread;
    struct across_object wants, *holds; /* as many as the thread holds */
    pid_t child; /* for whose end it waits, which the checker in it doesn't know; else 0 */
};

struct across_look {
    struct across_blocked *blocked;
    size_t count, capacity;
};

/* Each waits for what the next one holds, the last for what the first does. */
struct across_circle {
    const struct across_blocked *steps[ACROSS_STEPS];
    size_t length;
};

/* What the holder has that keeps the waiter from what it wants, and which object that is; NULL where it has nothing such. */
const struct live_held *across_held(const struct across_blocked *holder, const struct across_blocked *waiter, const struct across_object **as);

/* Hands out what check_log_take() takes: the modules of the processes, and the finding of this number. */
void across_tell(const struct across_circle *, unsigned number, void (*take)(void *data, const char *line), void *data);

#endif
