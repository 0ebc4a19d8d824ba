/* SPDX-License-Identifier: MIT */
/*
 * What goes on in a recording right now: a look at its end, also while it is being written. Each look reads it from its
 * beginning; what changed since the last look is told beside.
 *
 *     struct live *live = live_new(paths, count, NULL);
 *     while (...) { if (live_look(live, &trouble) == 0) ... live->locks, live->blocked ...; }
 *     live_free(live);
 */
#ifndef THRUM_ANALYZE_LIVE_H
#define THRUM_ANALYZE_LIVE_H

#include "analyze/contention.h"
#include "trace/reader.h"

struct live_lock {
    const struct contention_row *row;
    int64_t wait_ns, recent_ns; /* waited for it, in all and since the last look */
    uint64_t waits, recent_waits;
    uint32_t waiting;           /* now */
    char *holder;               /* now; NULL: nobody */
    char *holder_site;          /* NULL: not known */
    int64_t held_ns;            /* since when, for how long */
};

struct live_blocked {
    char *thread;
    char *object;
    char *site;   /* where it waits; NULL: not known */
    char *chain;  /* "cache (worker 1) → queue (worker 2)": what it waits for, who has that, what that one waits for ... */
    int64_t for_ns;
    unsigned depth; /* threads in the chain behind it */
    bool circle;    /* the chain comes back to it, or to one in it: a deadlock unless a timeout ends it */
};

struct live {
    /* As of the last look; texts live until the next. */
    int64_t begin_ns, now_ns;
    bool goes_on;        /* a process of it is alive and records, and the range has no end */
    bool cut;            /* it is looked at until the end of the range, and went on after it */
    int64_t interval_ns; /* since the look before, 0: there was none */
    uint64_t events, recent_events;
    char *program;       /* of the process with the most threads */
    int32_t pid;
    size_t processes, threads, waiting; /* that are there now */
    bool incomplete;                    /* something of the trace is missing */
    int64_t wait_ns, recent_wait_ns;    /* for locks, of all threads */
    struct live_lock *locks;      /* those waited for, since the last look or at all: the most first */
    size_t lock_count;
    struct live_blocked *blocked; /* the longest first */
    size_t blocked_count;
    double look_s;                /* how long the look took */

    struct live_state *state; /* its own */
};

/* selection: what to tell of, NULL everything; it and the paths live as long. What is looked at ends with its range. */
struct live *live_new(const char *const *paths, size_t count, const struct selection *);
void live_free(struct live *);

/* 0, or -errno and *trouble, a line to be freed; then all is as it was. A recording without events yet is none. */
int live_look(struct live *, char **trouble);

#endif
