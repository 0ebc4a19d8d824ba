/* SPDX-License-Identifier: MIT */
/*
 * Addresses of traced processes as text for people: functions, files and lines, names of static variables.
 *
 * It is fed every event, in time order, and keeps of it what was mapped where and when; so an address is looked up
 * with the process and the time of its event, and a module that was loaded over another doesn't confuse it. Files are
 * opened when they are first asked about, once for all processes. Debug information may be in the file, in a separate
 * debug file, or on a debuginfod server where DEBUGINFOD_URLS names one; the network is never used otherwise.
 *
 * What it returns lives until symbols_free(), and is the same pointer for the same place. Not thread-safe.
 */
#ifndef THRUM_TRACE_SYMBOLS_H
#define THRUM_TRACE_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "trace/reader.h"

/* A function call. One address stands for several where functions were inlined into each other. */
struct symbol_frame {
    const char *text;     /* "worker (pool.c:12)", "worker+0x1f (libpool.so)", "libpool.so+0x1234", "0x7f0012345678" */
    const char *function; /* "worker"; NULL where not known */
    const char *file;     /* source file with its directory; NULL where not known */
    int line;             /* 0 where not known */
};

/* A place in code. */
struct symbol_place {
    const struct symbol_frame *frames; /* innermost first; at least one */
    size_t count;
    const struct symbol_frame *site; /* the one to show alone: innermost that isn't a system header's inline function */
    const char *module;              /* path of its executable or shared object, "" where not known */
    uint64_t offset;                 /* address inside that file: the same in every process and recording; else the address */
    bool changed;                    /* the file isn't the one that was recorded, or is gone: no lines are given */
    bool interpreted;                /* a line of Python, as the trace told it */
};

/* A static variable. */
struct symbol_variable {
    const char *name;   /* "forks[2]", "pool.lock", "table+0x28" */
    const char *place;  /* "dining.c:14", or "libfoo.so" where its file isn't known */
    const char *module; /* path of its executable or shared object */
};

struct symbols;

struct symbols *symbols_new(void);
void symbols_free(struct symbols *);

/* Takes from any event what it says of processes and modules. */
void symbols_event(struct symbols *, const struct trace_event *);

/* The call that returns to `address`, as sites and stacks are recorded; never NULL. */
const struct symbol_place *symbols_call(struct symbols *, int32_t pid, int64_t time_ns, uint64_t address);

/* The code at `address`: a function that a thread runs, a signal handler; never NULL. */
const struct symbol_place *symbols_code(struct symbols *, int32_t pid, int64_t time_ns, uint64_t address);

/*
 * What an object that was made at a line of Python is called there, to be freed: "Account.lock", "forks[]", "lock a" where the
 * name doesn't say what it is, "Condition.wait" of what a wait for a condition is for,
 * "import lock". NULL where it isn't one, the source isn't there, or the line assigns it to no name. Many may be
 * called so.
 */
char *symbol_given(const struct symbol_place *birth);

/*
 * How many of a stack's calls, innermost first, are worth showing: not the outermost, by which libc starts programs and
 * threads and thrum follows them. At least one, where there is one.
 */
size_t symbols_stack_length(struct symbols *, int32_t pid, int64_t time_ns, const uint64_t *at, size_t count);

/* A call amid a stack that isn't the program's: the preload calls its handlers of signals. */
bool symbols_between(struct symbols *, int32_t pid, int64_t time_ns, uint64_t address);

/* The static variable that `address` lies in, or NULL: on the heap, on a stack, or not known. */
const struct symbol_variable *symbols_variable(struct symbols *, int32_t pid, int64_t time_ns, uint64_t address);

/*
 * What people should know of the files that were asked about, a line each: changed since the recording, gone, without
 * debug information. They live until the next call.
 */
const char *const *symbols_notes(struct symbols *, size_t *count);

#endif
