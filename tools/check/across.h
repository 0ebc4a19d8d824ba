/* SPDX-License-Identifier: MIT */
/*
 * Deadlocks across processes: threads that wait in a circle for locks that processes share, in shared memory or of files.
 * No process can see such a circle by itself. Those that block for what others may have say so in the checker's log; as long
 * as there are two of them, they are looked at every now and then, as deadlock-report --pid looks at one.
 *
 * A circle is told of where each of its threads was still in the same wait when all were asked again: so there was a moment
 * at which all of them stood still, and each held what the one before waits for.
 */
#ifndef THRUM_CHECK_ACROSS_H
#define THRUM_CHECK_ACROSS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct across_process;

struct across {
    struct across_process *at; /* that said so */
    size_t count, capacity;
    int timer; /* becomes readable when it is time to look; -1 where there is none */
    uint64_t *told; /* circles, by hash */
    size_t told_count, told_capacity;
};

void across_open(struct across *);
void across_close(struct across *);

/* This process blocks for what others may have. */
void across_take(struct across *, pid_t);

/*
 * Looks, if it is time; calls `take` with what was found, as lines of the checker's log: modules of the processes, then the
 * finding. Each circle is told once.
 */
void across_look(struct across *, void (*take)(void *data, const char *line), void *data);

#endif
