/* SPDX-License-Identifier: MIT */
/* What the checker says: findings, each once, on stderr or to the program that asked. Under the checker's lock. */
#ifndef THRUM_CHECK_REPORT_H
#define THRUM_CHECK_REPORT_H

#include "check/cycle.h"
#include "check/waitfor.h"
#include "core/env.h"
#include "findings.h"

void report_configure(const struct env *env);

/* A cycle of orders that can become a deadlock. */
void report_cycle(const struct cycle_step *steps, uint32_t count);

/* A deadlock that is there: each thread waits for the next, the last for the first. */
void report_circle(const struct circle_step *steps, uint32_t count);

/*
 * A misuse: up to three threads, or one thread at several times. Each part tells of one object, what the thread does or did
 * with it ("unlocks", "holds"), and where. A part without a stack has nothing more to say; one without a thread is by a thread
 * that isn't known any more.
 */
struct report_part {
    const struct check_thread *thread; /* NULL: `tid` and `name` say which */
    int32_t tid;
    const char *name;
    const char *verb;
    struct record_object object;
};
void report_misuse(enum thrum_finding kind, bool potential, const char *message, const struct report_part *parts, uint32_t count);

/* A circle that could be, of threads that may be gone by now: each has something, or owes it (`owes` says how), and wants something. */
struct report_end {
    int32_t tid;
    const char *name;
    bool main;
    const char *owes; /* NULL: it holds it */
    const struct record_object *holds, *wants;
};
void report_ends(enum thrum_finding kind, const struct report_end *ends, uint32_t count);

/* A search for cycles was given up: its verdict isn't known. */
void report_cut(void);

/* In a forked child: what its parent found is the parent's to sum up. */
void report_forked(void);

/* At the end of the process, without the lock: what was found, in a line. */
void report_summary(void);

#endif
