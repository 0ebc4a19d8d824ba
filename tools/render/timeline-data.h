/* SPDX-License-Identifier: MIT */
/*
 * What a timeline shows, whatever draws it: threads with their lives, objects, spans of time in which a thread held
 * an object or waited for it, arrows from who let a waiter go on, and single moments. Collected from the model.
 *
 *     struct timeline *timeline = timeline_new(model, &names, false);   // before the first event
 *     ... feed the model ..., model_finish(model);
 *     timeline_finish(timeline, &findings, reader_stopped_ns(reader));
 *
 * Threads, objects and spans are known by their places in these tables, frames by their numbers in `frames`
 * (0: not known). Times are those of the trace, in nanoseconds.
 */
#ifndef THRUM_RENDER_TIMELINE_DATA_H
#define THRUM_RENDER_TIMELINE_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "analyze/finding.h"
#include "render/texts.h"
#include "model/model.h"
#include "model/stacks.h"
#include "symbols/symbols.h"

#define TIMELINE_NONE UINT32_MAX
#define TIMELINE_SIGNALS 65 /* 0 and those that there are */

/* What a span of time was. The numbers are written to pages. */
enum timeline_what {
    TIMELINE_hold,    /* held it alone */
    TIMELINE_shared,  /* held it with others: a reader */
    TIMELINE_acquire, /* blocked for it */
    TIMELINE_wait,    /* waited on it */
    TIMELINE_handler, /* ran a signal handler; the object stands for the signal */
};

enum timeline_flag {
    TIMELINE_BEFORE = 1,   /* began before the trace */
    TIMELINE_OPEN = 2,     /* isn't over when the trace ends */
    TIMELINE_FOREVER = 4,  /* a wait that is part of a deadlock */
    TIMELINE_TIMED = 8,    /* with a timeout */
    TIMELINE_UNSEEN = 16,  /* a hold whose release isn't in the trace: somebody else had it next */
    TIMELINE_TRY = 32,     /* a hold that was got by a try */
};

struct timeline_span {
    int64_t begin_ns, end_ns;
    uint32_t thread;
    uint32_t object;
    uint32_t site;     /* frame: where it was acquired or is waited for */
    uint32_t end_site; /* frame: where it was released */
    uint32_t stack;    /* number in `stacks` of the calls that led to site; 0: not known */
    uint8_t what;
    uint8_t flags;
    uint8_t result; /* enum thrum_result: how a wait ended */
};

/* Who ended a wait. */
enum timeline_how { TIMELINE_released, TIMELINE_woke, TIMELINE_ended, TIMELINE_how_count };

struct timeline_arrow {
    uint32_t span; /* the wait that it ended */
    uint32_t from; /* thread */
    uint32_t site; /* frame */
    uint8_t how;
    int64_t time_ns; /* when it acted */
};

/* A moment on a thread's row. The numbers are written to pages. */
enum timeline_moment {
    TIMELINE_try_failed,
    TIMELINE_interrupt_sent,
    TIMELINE_first_order, /* the checker in the process: it took an object under another for the first time */
    TIMELINE_part_of_wait, /* none: a try that failed at the beginning of a wait; gone once finished */
};

struct timeline_mark {
    int64_t time_ns;
    uint32_t thread;
    uint32_t object; /* what it tried for; stands for the signal that it sent; what it took under the other */
    uint32_t other;  /* the object it held meanwhile; else TIMELINE_NONE */
    uint32_t site;
    uint8_t what;
};

/* What the checker in the process found, as it said it. */
struct timeline_told {
    char *id, *finding, *certainty, *message;
    int64_t time_ns;
    uint32_t thread; /* TIMELINE_NONE: not in what is drawn */
    uint32_t site, stack;
};

/* A piece of the critical path (contention.h). The kinds' numbers are written to pages. */
struct timeline_step {
    int64_t begin_ns, end_ns;
    uint32_t thread;
    uint8_t kind;
};

struct timeline_process {
    int32_t pid;
    char *executable; /* path; "" where not known */
    int64_t last_ns;  /* of its last event */
    bool over;        /* replaced by exec, or another has its pid */
    bool hangs;       /* it doesn't go on when the trace ends, for all one knows */
    struct map sites; /* address -> frame + 1, of what is loaded now */
    uint64_t modules; /* how many loads `sites` knows of */
    uint32_t signals[TIMELINE_SIGNALS + 1]; /* what stands for cancellation and for each signal: a place + 1; 0: nothing yet */
};

struct timeline_thread {
    uint32_t process;
    int32_t tid;
    char *name; /* NULL: none given */
    char *function; /* that it runs; NULL: not known */
    uint32_t number; /* 1, 2 ... in its process */
    bool main;
    uint32_t routine; /* frame */
    uint32_t blocked; /* the span of the wait it is in when the trace ends, else TIMELINE_NONE */
    uint32_t handler; /* the span of the signal handler it is in, else TIMELINE_NONE */
    uint32_t tried;   /* while it is collected: the mark of its last try that failed, else TIMELINE_NONE */
    int64_t begin_ns, end_ns;
    bool before; /* began before the trace */
    bool open;   /* not ended when the trace ends */
};

struct timeline_object {
    uint32_t process;
    enum thrum_kind kind;
    const char *word; /* "mutex", "Python lock": what it is, in words */
    uint64_t address;
    char *name;      /* given, or that of its static variable; NULL: none */
    char *label;     /* "mutex 7": where it has no name */
    bool lock;       /* keeps others from it until it is given back; a semaphore or event that signals doesn't */
    uint32_t birth;  /* frame; a static variable's place */
    uint32_t thread; /* the thread that a kind `thread` stands for, else TIMELINE_NONE */
};

/* Where names of addresses come from; struct symbols, but for tests. As in symbols.h. */
struct timeline_names {
    void *self;
    const struct symbol_place *(*call)(void *self, int32_t pid, int64_t time_ns, uint64_t address);
    const struct symbol_place *(*code)(void *self, int32_t pid, int64_t time_ns, uint64_t address);
    const struct symbol_variable *(*variable)(void *self, int32_t pid, int64_t time_ns, uint64_t address);
};

/* A growing table; `at` is an array of `count` items. */
#define TIMELINE_TABLE(type) struct { type *at; size_t count, capacity; }

struct timeline {
    int64_t begin_ns;
    int64_t last_ns;  /* of the last event */
    int64_t quiet_ns; /* from then until recording stopped, where a process hangs, else 0; -1: not known */
    int64_t end_ns;   /* what is shown goes to here: later than last_ns where a process hangs */
    int64_t from_ns, to_ns; /* the range to draw; all of it but where timeline_cut() was asked for less */
    TIMELINE_TABLE(struct timeline_process) processes;
    TIMELINE_TABLE(struct timeline_thread) threads;
    TIMELINE_TABLE(struct timeline_object) objects;
    TIMELINE_TABLE(struct timeline_span) spans; /* by begin, once finished */
    TIMELINE_TABLE(struct timeline_arrow) arrows; /* by span, once finished */
    TIMELINE_TABLE(struct timeline_mark) marks; /* by time */
    TIMELINE_TABLE(struct timeline_told) told;
    TIMELINE_TABLE(struct timeline_step) path; /* by time; empty where it isn't wanted */
    struct texts frames;
    TIMELINE_TABLE(uint32_t *) stacks; /* each: a length, then that many frames, innermost first; NULL for 0 */
    uint64_t left_out_objects, left_out_spans; /* of a runtime's own: Python's GIL above all */

    /* while it is collected */
    struct model *model;
    struct timeline_names names;
    bool all;
    int slot;
    uint64_t modules;
    struct map last; /* pid -> process + 1 */
    struct map stack_numbers;
    struct stacks stack_set; /* of what the checker told */
};

/*
 * Observes a model from now on; both live until timeline_free(). Without `all`, what a runtime uses for itself (see
 * known.h), Python's global interpreter lock above all, is left out and counted.
 */
struct timeline *timeline_new(struct model *, const struct timeline_names *, bool all);
void timeline_free(struct timeline *);

/*
 * After model_finish(): marks the waits of deadlocks that happened, and puts the tables in order. `stopped_ns`: when
 * recording stopped; no later than the last event: not known.
 */
void timeline_finish(struct timeline *, const struct findings *, int64_t stopped_ns);

/* Takes a critical path in: of the threads that are there. Afterwards timeline_cut() must not be called any more. */
struct contention_path;
void timeline_set_path(struct timeline *, const struct contention_path *);

/* Names from symbols, which is fed every event before the model is. */
struct timeline_names timeline_names_of(struct symbols *);

/* The last thread with these ids, or the last object at this address; TIMELINE_NONE where there is none. */
uint32_t timeline_find_thread(const struct timeline *, int32_t pid, int32_t tid);
uint32_t timeline_find_object(const struct timeline *, int32_t pid, uint64_t address);

/* What to call them, in new memory: "Plato", "thread 3 (worker)", "python3"; "forks[2]", "mutex 7", "end of Plato". */
char *timeline_thread_name(const struct timeline *, uint32_t thread);
/* The same where rows of several processes stand beneath each other: "main (server)", of several that are called so "main (server 4250)". */
char *timeline_row_name(const struct timeline *, uint32_t thread);
char *timeline_object_label(const struct timeline *, uint32_t object);
/* The same at the head of a row: "mutex 7 (pool.c:12)", where it was made; of several processes, "book [4250]". */
char *timeline_object_row_name(const struct timeline *, uint32_t object);
char *timeline_process_name(const struct timeline *, uint32_t process);

/* A mark in words, in new memory: "table is not free", "sends SIGINT", "takes b under a, for the first time". */
char *timeline_mark_text(const struct timeline *, const struct timeline_mark *);

/* Why there is nothing to see: "no thread is in what was asked for"; NULL: there is something. */
const char *timeline_nothing(const struct timeline *);

/* What the whole is called, in new memory: "dining", "server and 2 more processes". */
char *timeline_title(const struct timeline *);

#endif
