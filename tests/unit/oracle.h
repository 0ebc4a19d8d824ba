/* SPDX-License-Identifier: MIT */
/*
 * An oracle for small programs: straight lines of calls for a few threads. It makes up random ones, runs them once as a
 * script for the model, and explores every interleaving of them to say which deadlocks can be reached.
 */
#ifndef THRUM_TESTS_ORACLE_H
#define THRUM_TESTS_ORACLE_H

#include <stdbool.h>
#include <stdint.h>
#include "script.h"

enum { ORACLE_THREADS = 4, ORACLE_CALLS = 12, ORACLE_OBJECTS = 4 /* mutexes; of all else there are two */ };

enum oracle_call {
    CALL_lock, CALL_unlock,
    CALL_read, CALL_write, CALL_unlock_rw,
    CALL_take, CALL_post,              /* semaphores */
    CALL_wait, CALL_signal, CALL_broadcast, /* a condition, with the mutex of the same number */
    CALL_meet,                         /* a barrier of two */
    CALL_await, CALL_set,              /* an event */
    CALL_start, CALL_join,             /* another thread */
    CALL_flag,                         /* set under the mutex of the same number, which the thread holds */
    CALL_if,                           /* the flag is read, under its mutex; decides about the thread's block */
};

struct oracle_op {
    enum oracle_call call;
    int object;
};

struct oracle_program {
    int threads;
    int value[2]; /* of semaphores, at first */
    int count[ORACLE_THREADS];
    struct oracle_op ops[ORACLE_THREADS][ORACLE_CALLS];
    int block[ORACLE_THREADS][2];    /* the calls, from the first up to the second, that are done only if */
    bool if_set[ORACLE_THREADS];     /* the flag is set, or isn't */
};

/* A thread in a circle, as a finding has it: names as in the script. */
struct oracle_stand {
    const char *thread, *holds, *wants; /* what it holds counts only where it is a lock */
};

/* What a random program is made of. */
struct oracle_mix {
    bool readers, semaphores, conditions, barriers, events, joins;
    bool loose; /* locks are given back in any order */
    bool seats; /* semaphores of 1 and 2, given back by who took them */
    bool flags; /* set and read under a mutex, and deciding whether locks are taken and threads joined */
};

void oracle_make(struct oracle_program *, const struct oracle_mix *);

/* Runs it once, by chance, as a script; false: it got stuck, and the script is of no use. */
bool oracle_run(const struct oracle_program *, struct script *);

/*
 * Whether it can come to these threads waiting for these objects with no way on for any of them, whatever others do. `free`:
 * where a thread stands in a section of the lock that it holds there, it may go any way when it reads that lock's flag.
 */
bool oracle_can_stick(const struct oracle_program *, const struct oracle_stand *, int count, bool free);

/* Whether it can come to a circle of threads each of which waits for a lock that the next one holds. */
bool oracle_can_circle(const struct oracle_program *);

/* How many states were looked at, over all calls. */
extern uint64_t oracle_states;

#endif
