/* SPDX-License-Identifier: MIT */
/* Inside live: a running process's threads, as the checker in it has them, read without stopping it. */
#ifndef THRUM_LIVE_THREADS_H
#define THRUM_LIVE_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "live-layout.h"
#include "live/live-maps.h"

struct live_process {
    pid_t pid;
    struct thrum_live layout;
};

/* Stacks are addresses of records in the process, for live_stack_read(). */
struct live_held {
    uint64_t object, stack;
    uint8_t kind, mode;
    bool inherited; /* by fork: of what processes share, it is the parent's that holds it */
};

struct live_thread {
    uint64_t record; /* its address in the process */
    int32_t tid;
    uint64_t handle;
    char *name; /* "" where it has none */
    bool ended;
    struct live_held *held;
    size_t held_count;
    uint64_t sequence; /* odd while it waits */
    struct {
        uint64_t object, handle, stack;
        uint8_t kind, mode;
        bool timed;
    } wait;
};

struct live_threads {
    struct live_thread *at;
    size_t count, capacity;
};

/* Finds the checker in the process; NULL, or why that can't be, to be freed. */
char *live_process_find(struct live_process *, pid_t, const struct live_maps *);

/*
 * All threads; each as it was at one moment: its waits didn't change meanwhile. False where they can't be read (errno). To be
 * freed in any case.
 */
bool live_threads_read(const struct live_process *, struct live_threads *);
void live_threads_free(struct live_threads *);

/* Whether the thread is still in the same wait, or still in none. */
bool live_thread_stands(const struct live_process *, const struct live_thread *);

/* The calls of a stack, innermost first; how many there are. */
uint32_t live_stack_read(const struct live_process *, uint64_t stack, uint64_t at[THRUM_LIVE_STACK_MAX]);

/* Why a process can't be read, by errno; to be freed. */
char *live_why_not(pid_t, int err);

#endif
