/* SPDX-License-Identifier: MIT */
/* thrum's environment variables, read once when it starts: programs clear their environment later. */
#ifndef THRUM_CORE_ENV_H
#define THRUM_CORE_ENV_H

#include <stdbool.h>
#include <stdint.h>

enum env_switch { ENV_AUTO, ENV_ON, ENV_OFF };

enum env_check { ENV_CHECK_OFF, ENV_CHECK_REPORT, ENV_CHECK_ABORT, ENV_CHECK_BREAK };

struct env {
    bool off;              /* THRUM=off, or a process that runs with another's rights: no tracing at all */
    enum env_switch lttng; /* THRUM_LTTNG=on|off */
    enum env_check check;  /* THRUM_CHECK=report|abort|break|off; report where the preload is there and nothing is recorded */
    const char *check_log; /* THRUM_CHECK_LOG=FILE: findings go to its end, for another program to read; NULL for none */
    bool python;           /* unless THRUM_PYTHON=off: sites are lines of Python where a Python program is traced */
    bool check_edges;      /* THRUM_CHECK_EDGES=1: the orders in which locks are taken go to THRUM_CHECK_LOG, too */
    int dump_signal;       /* THRUM_DUMP_SIGNAL=USR1: what threads hold and wait for is printed on this signal; 0: none */
    int64_t stall;         /* THRUM_STALL=SECONDS: tell of threads that are blocked for so long; nanoseconds, 0: don't */
    int64_t held;          /* THRUM_HELD=SECONDS: tell of locks that were held for so long; nanoseconds, 0: don't */
    unsigned stack;        /* THRUM_STACK=N: calls kept for each stack, 0 for none */
    const char *record;    /* THRUM_RECORD=DIR: record into this directory; NULL: don't */
    uint64_t ring;         /* THRUM_RECORD_RING=SIZE: keep each thread's newest bytes; 0: keep everything */
    uint64_t max_size;     /* THRUM_RECORD_MAX=SIZE: bound on the recording's size; 0: none */
};

/*
 * Reads them; `preloaded` says whether libthrum-preload is there, else this is a program that uses libthrum's primitives, and
 * nothing is on by itself. In a set-user-ID or set-group-ID process they don't count, and `off` is set.
 */
void env_read(struct env *env, bool preloaded);

/* libthrum-preload has this: NULL where it isn't there. */
extern const char thrum_preloaded[] __attribute__((weak));

#endif
