/* SPDX-License-Identifier: MIT */
/*
 * Why threads wait: for each lock, place in the program and thread how often and how long it was waited for and held,
 * and who made whom wait.
 *
 *     struct contention *contention = contention_new(model, symbols, all);   // before the first event
 *     ... symbols_event() and model_feed() for each event, model_finish(model) ...
 *     contention_finish(contention, stopped_ns);
 *     ... contention_rows(), contention_pairs() ...
 *     contention_free(contention);                                            // before model_free()
 *
 * Memory is bounded by what is live and by places in the program: beyond CONTENTION_APART of a kind, objects that were
 * made at one place are taken together once they are destroyed, and threads of one function once they ended. The critical
 * path alone takes some for each time that a thread had to wait: 80 bytes.
 */
#ifndef THRUM_ANALYZE_CONTENTION_H
#define THRUM_ANALYZE_CONTENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "analyze/chosen.h"
#include "analyze/spread.h"
#include "model/model.h"
#include "symbols/symbols.h"

enum { CONTENTION_APART = 16 };

/* Objects that have a holder; objects that threads wait on until another acts; calls; threads. */
enum contention_table { CONTENTION_locks, CONTENTION_waits, CONTENTION_sites, CONTENTION_threads, CONTENTION_TABLES };

/* Alone (and what knows no other mode), and with other readers. */
enum contention_mode { CONTENTION_exclusive, CONTENTION_shared, CONTENTION_MODES };

/* What a thread waited for. */
#define CONTENTION_REASONS(V) V(lock) V(condition) V(semaphore) V(join) V(barrier) V(queue) V(other) V(runtime)
#define CONTENTION_REASON(name) REASON_##name,
enum contention_reason { CONTENTION_REASONS(CONTENTION_REASON) REASON_COUNT };
#undef CONTENTION_REASON

struct contention_side {
    uint64_t acquired;  /* got; or waits that ended, of what is only waited on */
    uint64_t contended; /* had to block, got it or not */
    struct spread wait; /* of those */
    struct spread hold; /* those whose beginning and end are in the trace */
};

/*
 * Times in which threads stood in line for a lock, and the line was never empty for CONVOY_LEAST hand-overs or more to at
 * least CONVOY_THREADS threads.
 */
enum { CONVOY_LEAST = 8, CONVOY_THREADS = 3, CONVOY_THREADS_MAX = 16 };

struct contention_convoys {
    uint64_t count;
    uint64_t handovers; /* times that who stood in line got it */
    int64_t time_ns;
    int64_t held_ns;    /* of that, somebody held it; else it was being handed over */
    int64_t longest_ns;
    uint32_t threads;   /* the most that took part in one, up to CONVOY_THREADS_MAX */
    uint32_t waiters;   /* the longest line */
};

/* A row of one of the tables. */
struct contention_row {
    const char *name;  /* "forks[3]", "eat (dining.c:31)", "thread 7 (worker)" */
    const char *kind;  /* "mutex"; of a site: the object's name; "" for threads */
    const char *place; /* where it was made, "" where not known */
    const char *key;   /* the same in every recording of the program; several rows may have one */
    uint64_t members;  /* how many were taken together */
    bool waits;        /* of objects and sites: only waited on, no lock */
    struct contention_side sides[CONTENTION_MODES];
    uint64_t failed;   /* tries that failed without blocking */
    uint32_t waiters;  /* the most that waited for it at once */
    int64_t woken_ns;  /* of the waiting: nobody was in the way, but the thread was only being woken */
    uint64_t unended;  /* waits that were still going on at the end; counted until then */
    struct contention_convoys convoys;
    /* Of threads alone. */
    int64_t life_ns;
    int64_t waited_ns[REASON_COUNT];
    int64_t holding_ns; /* with at least one lock held */
};

/* Who made whom wait. */
struct contention_pair {
    const struct contention_row *object; /* what it waited for; NULL, as any thread: too many pairs to tell */
    const struct contention_row *waiter, *waiter_site;
    const struct contention_row *holder, *holder_site; /* site NULL: there is none, its thread ended */
    uint64_t count;
    int64_t wait_ns;
    int64_t behind_ns; /* of that, the holder itself was blocked */
};

/* A long wait, and who was in the way of whom: each holder but the last waited itself, for the next one's object. */
enum { CONTENTION_CHAINS = 10, CONTENTION_LINKS = 8 };

struct contention_link {
    const struct contention_row *object, *holder;
    const struct contention_row *holder_site; /* where it took the object; NULL: not known, or a thread that was joined */
};

struct contention_chain {
    const struct contention_row *waiter, *waiter_site;
    int64_t wait_ns;
    unsigned link_count;
    bool circle; /* the last holder waits for the waiter, or one before it in the chain: a deadlock while it lasted */
    struct contention_link links[CONTENTION_LINKS];
};

/*
 * The critical path: backwards from the last event, the thread that ran; where it had waited, the thread that let it go on,
 * and so on to the beginning. Only what lies on it made the run as long as it was.
 */
enum contention_step_kind {
    STEP_run,     /* the thread ran, and nobody on the path waited for it to give something back */
    STEP_section, /* it held a lock, for which the next thread on the path waited */
    STEP_woken,   /* it had been let go on, and did not run yet */
    STEP_outside, /* it waited, and no thread of the trace ended that: a timeout, a signal, another program */
    STEP_KINDS
};

/* A piece of the path; they follow each other without a gap. */
struct contention_step {
    enum contention_step_kind kind;
    int64_t begin_ns, end_ns;
    int32_t pid, tid;
    uint64_t address; /* the object's, 0: none */
    const struct contention_row *thread;
    const struct contention_row *object; /* section: the lock; woken, outside: what it waited for, NULL: it was being created */
    const struct contention_row *site;   /* section: where the lock was taken; woken, outside: where it waited; may be NULL */
};

/* Steps that differ in their times alone. */
struct contention_share {
    struct contention_step like; /* its times: 0 */
    int64_t time_ns;
    uint64_t count;
};

/* What the run would gain if nobody ever had to wait for a lock, all else being as it was. */
struct contention_gain {
    const struct contention_row *object;
    uint64_t handovers; /* on the path, from one thread to another */
    int64_t path_ns;    /* of the path, in its sections and on the way from one to the next */
    int64_t gain_ns;    /* an estimate: the threads take it in the same order */
};

struct contention_path {
    int64_t begin_ns, end_ns;
    uint64_t switches; /* from one thread to another */
    const struct contention_step *steps; /* the first comes first */
    size_t step_count;
    const struct contention_share *shares; /* the longest first */
    size_t share_count;
    const struct contention_gain *gains; /* the largest first */
    size_t gain_count;
};

/* Sums over locks. */
struct contention_totals {
    int64_t begin_ns, end_ns; /* of what was looked at: the recording, or the range of it */
    int64_t wait_ns;       /* for locks */
    uint64_t contended;
    uint64_t acquired;
    int64_t other_wait_ns; /* for all else but what was left out */
    uint64_t left_out;     /* objects of a runtime's own */
    int64_t left_out_ns;   /* waited for those */
    uint64_t unended;      /* threads that still waited at the end */
    uint64_t convoys;
};

struct contention;

/* symbols NULL: addresses stay numbers. all: with a runtime's own objects, such as Python's global interpreter lock. */
struct contention *contention_new(struct model *, struct symbols *, bool all);

/*
 * Before the first event: only this is counted. Waits, holds, convoys and the critical path are cut at the ends of the range; of
 * threads and objects those that are chosen (NULL: all), which the critical path doesn't heed. Both live as long.
 */
void contention_select(struct contention *, const struct selection *, struct chosen *);

/*
 * Before contention_finish(): the critical path is to lead to the end of this thread, by its name, a pattern or its tid, instead
 * of to the last event. No such thread: the path has no steps.
 */
void contention_path_of(struct contention *, const char *thread);

/* After model_finish(). Waits that go on count until stopped_ns; 0: until the last event. */
void contention_finish(struct contention *, int64_t stopped_ns);
void contention_free(struct contention *);

/* The rows of a table, those waited for longest first; live until contention_free(). */
struct contention_row *const *contention_rows(const struct contention *, enum contention_table, size_t *count);

/* The row that an object counts in, NULL: none. */
const struct contention_row *contention_object_row(const struct contention *, const struct object *);

/* Those that took longest first. */
const struct contention_pair *contention_pairs(const struct contention *, size_t *count);

/* The longest waits behind threads that waited themselves, longest first. */
const struct contention_chain *contention_chains(const struct contention *, size_t *count);
const struct contention_path *contention_path(const struct contention *);
const struct contention_totals *contention_totals(const struct contention *);

/* Both modes together. */
uint64_t contention_acquired(const struct contention_row *);
uint64_t contention_contended(const struct contention_row *);

/* Adds what was counted in one row to another; names stay. To be cleared where it isn't the analysis' own. */
void contention_add(struct contention_row *to, const struct contention_row *from);
void contention_add_convoys(struct contention_convoys *to, const struct contention_convoys *from);
void contention_clear(struct contention_row *);

/* "lock", "condition" ... */
const char *contention_reason_word(enum contention_reason);

#endif
