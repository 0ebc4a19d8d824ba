/* SPDX-License-Identifier: MIT */
/* What the files of the contention analysis share. */
#ifndef THRUM_ANALYZE_CONTENTION_INNER_H
#define THRUM_ANALYZE_CONTENTION_INNER_H

#include <sys/queue.h>
#include "analyze/chosen.h"
#include "analyze/contention.h"
#include "analyze/describe.h"
#include "base/map.h"

enum entry_kind { ENTRY_object, ENTRY_site, ENTRY_thread };

/* How an object that threads waited for was last given back. */
struct given {
    int64_t time_ns, since_ns; /* when, and since when it was held */
    uint64_t site;             /* where it was taken */
};

/* A row while it is counted: of one object, call or thread, or of many that were taken together. */
struct entry {
    struct contention_row row; /* first: the results are pointers to it */
    LIST_ENTRY(entry) all;
    enum entry_kind kind;
    struct entry *into;     /* it was taken into that one; only pairs and sites still refer to it */
    bool referred;          /* by a pair or a site */
    bool inner;             /* a runtime's own, left out */
    bool unwanted;          /* a thread that isn't chosen */
    struct object *object;  /* an object's; the first of many */
    struct thread *thread;  /* a thread's; the first of many */
    struct process *process;
    uint64_t site;          /* a site's; an object's first, where its birth isn't known */
    int64_t seen_ns;        /* when it was first met */
    struct entry *used;     /* a site's object, where there is one alone */
    bool several;           /* a site's objects are several */
    struct line *line;      /* an object's: who stands in line for it; NULL: nobody did so far */
    struct given given;     /* an object's */
    char *name, *kind_text, *place, *key; /* owned texts of the row */
};

LIST_HEAD(entries, entry);

struct link {
    struct entry *object, *holder, *holder_site;
};

struct chain {
    struct entry *waiter, *waiter_site;
    int64_t wait_ns;
    unsigned link_count;
    bool circle;
    struct link links[CONTENTION_LINKS];
};

/*
 * What the critical path knows of a wait that ended, or of a thread's beginning. One thread's are a list by `before`.
 */
enum { NO_PAST = UINT32_MAX };

struct past {
    int64_t begin_ns, end_ns;
    int64_t waker_ns;        /* when it was let go on; begin_ns: nobody did */
    int64_t taken_ns;        /* since when the waker held what it gave back then; waker_ns: it gave nothing back */
    uint32_t walker;         /* whose it is: a place in `walkers` */
    uint32_t waker;          /* likewise; NO_PAST: nobody's */
    uint32_t before;         /* the thread's past before it */
    uint32_t waker_before;   /* the waker's last past when it acted */
    bool lock;               /* waited to acquire */
    bool free;               /* the waker had acted before the wait began: waker <= begin */
    struct entry *object, *site, *taken_site;
};

/* A thread as the critical path knows it, also after its end. */
struct walker {
    struct entry *entry;
    int32_t pid, tid;
    uint32_t last; /* its last past */
    int64_t begin_ns;
    int64_t end_ns; /* 0: it hasn't ended */
};

/* What is known of a thread while it lives. */
struct visitor {
    LIST_ENTRY(visitor) all;
    struct entry *entry;
    int64_t since_ns;     /* blocked: from when on nobody was made answerable for it yet */
    int64_t charged_ns;   /* blocked: for how much of it somebody was */
    int64_t counted_ns;   /* of that, within the range */
    uint32_t walker;      /* its place in `walkers` */
    struct thread *watched; /* blocked: a holder, and ... */
    int64_t watched_ns;   /* ... how long it had been blocked itself when it began to be in the way */
    int64_t blocked_ns;   /* blocked so far, but for the block that goes on */
    unsigned holding;     /* how many locks, but for a runtime's own */
    int64_t holding_since_ns;
    unsigned link_count;  /* blocked: the longest chain behind it so far */
    bool circle;          /* which comes back to itself */
    struct link links[CONTENTION_LINKS];
};

LIST_HEAD(visitors, visitor);

/* Objects of one place of birth, or threads of one function, that are gone. */
struct group {
    struct entry *members[CONTENTION_APART];
    size_t count;
    struct entry *rest; /* all of them, once there were too many */
};

struct pair {
    struct entry *object, *waiter, *waiter_site, *holder, *holder_site;
    uint64_t count;
    int64_t wait_ns, behind_ns;
};

struct contention {
    struct model *model;
    struct symbols *symbols;
    struct describe *describe;
    bool all;
    const struct selection *selection; /* NULL: everything */
    struct chosen *chosen;             /* NULL: all threads and objects */
    bool begun;
    int64_t from_ns, to_ns;            /* what is counted; far off where no range was asked for */
    int slot;
    struct entries entries;
    struct visitors visitors;
    struct map sites;  /* hash of process and site -> entry */
    struct map groups; /* hash -> group */
    struct map pairs;  /* hash of its entries -> pair */
    struct contention_totals totals;
    struct contention_row **rows[CONTENTION_TABLES];
    size_t row_counts[CONTENTION_TABLES], row_capacities[CONTENTION_TABLES];
    struct chain chains[CONTENTION_CHAINS];
    size_t chain_count;
    struct contention_chain chain_results[CONTENTION_CHAINS];
    struct contention_pair *results;
    size_t result_count;
    struct past *pasts; /* by their ends */
    size_t past_count, past_capacity;
    struct walker *walkers;
    size_t walker_count, walker_capacity;
    int32_t last_pid, last_tid; /* of the last event */
    const char *path_of; /* whose end the path leads to; NULL: the last event */
    struct contention_path path;
};

/* --- what is counted: contention.c --- */

/* The nearest time within the range. */
static inline int64_t clip(const struct contention *contention, int64_t time_ns)
{
    return time_ns < contention->from_ns ? contention->from_ns : time_ns > contention->to_ns ? contention->to_ns : time_ns;
}

static inline bool in_range(const struct contention *contention, int64_t time_ns)
{
    return time_ns >= contention->from_ns && time_ns <= contention->to_ns;
}

/* Whether something from one time to another reaches into the range. */
static inline bool touches_range(const struct contention *contention, int64_t begin_ns, int64_t end_ns)
{
    return end_ns >= contention->from_ns && begin_ns <= contention->to_ns;
}

static inline bool is_chosen(const struct contention *contention, const struct thread *thread, const struct object *object)
{
    return chosen_thread(contention->chosen, thread) && chosen_object(contention->chosen, object);
}

/* --- entries: contention-entry.c --- */

struct entry *entry_of_object(struct contention *, struct object *, uint64_t site);
struct entry *entry_of_site(struct contention *, struct process *, uint64_t site); /* NULL for site 0 */
struct visitor *visitor_of(struct contention *, struct thread *);

/* The entry that it was taken into, or itself. */
struct entry *entry_root(struct entry *);

/* Notes that a site uses an object. */
void entry_use(struct entry *site, struct entry *object);

/* They are gone: taken together with others of their kind where there are many. */
void entry_retire_object(struct contention *, struct object *);
void entry_retire_thread(struct contention *, struct thread *);

/* Adds what was counted in `from`, which loses it. */
void entry_add(struct entry *to, struct entry *from);
void entry_free(struct entry *);
uint64_t entry_hash(uint64_t seed, uint64_t value);

/* --- who is in whose way: contention-blame.c --- */

/* A thread begins to wait. */
void blame_begin(struct contention *, struct thread *waiter, int64_t now);
/* An object that threads wait for got a holder, or loses one; or the trace ends. */
void blame_taken(struct contention *, const struct object *);
void blame_given_back(struct contention *, struct thread *holder, const struct hold *, int64_t now);
/* A wait ended; what remains is its waker's. */
void blame_end(struct contention *, struct thread *waiter, const struct blocked *, struct waker, int64_t now, bool counted);

/* --- chains behind the longest waits: contention-chain.c --- */

void chain_begin(struct contention *, struct thread *waiter);
void chain_end(struct contention *, struct thread *waiter, const struct blocked *, int64_t now);

/* --- convoys: contention-convoy.c --- */

/* A thread began to wait for a lock, stopped to, got it, or gave it back. */
void convoy_joined(struct contention *, struct thread *waiter, int64_t now);
void convoy_left(struct contention *, struct thread *waiter, const struct blocked *, bool got, int64_t now);
void convoy_taken(struct contention *, const struct object *, int64_t now);
void convoy_given_back(struct contention *, const struct object *, int64_t now);
/* The line is over: its object is gone, or the trace at its end. */
void convoy_end(const struct contention *, struct entry *, int64_t now);

/* --- the critical path: contention-past.c, contention-path.c, contention-gain.c --- */

void past_begun(struct contention *, struct thread *, int64_t now);
void past_given_back(struct contention *, const struct hold *, int64_t now);
/* The thread's last past at a time. */
uint32_t past_by(const struct contention *, uint32_t walker, int64_t time_ns);

/* A wait ended. */
void past_waited(struct contention *, struct thread *, const struct blocked *, struct waker, int64_t now);

/* The path to the last event, once rows have their names; gain_make() says what it would gain without each lock. */
void path_make(struct contention *);
void path_free(struct contention_path *);
void gain_make(struct contention *, uint32_t last_past);

/* --- the results: contention-result.c --- */

const struct contention_row *result_row(struct entry *);

void result_make(struct contention *);

#endif
