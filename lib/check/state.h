/* SPDX-License-Identifier: MIT */
/*
 * The checker's state: one lock for all that threads share, each thread's held objects, and the tables that the fast
 * paths look into without that lock.
 *
 * | what                          | who writes                    | who reads                                         |
 * |-------------------------------|-------------------------------|---------------------------------------------------|
 * | graph, records, clocks, lists | who has the lock              | who has the lock                                  |
 * | seen set, stacks by context   | who has the lock              | all; a miss there only costs the slow path        |
 * | lives, semaphores             | all, by atomic operations     | all                                               |
 * | a thread's held objects       | that thread                   | that thread; others while its wait stands still   |
 * | what it knows                 | that thread                   | that thread                                       |
 * | a thread's wait               | that thread                   | all: twice, and the same sequence means it stands |
 *
 * The lock is taken with signals blocked and the thread's guard set: a handler may lock, too.
 */
#ifndef THRUM_CHECK_STATE_H
#define THRUM_CHECK_STATE_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "check/graph.h"
#include "core/self.h"
#include "enums.h"

/* Call addresses, innermost first; each distinct stack is kept once, for ever. */
struct check_stack {
    struct check_stack *next;
    struct walked *walked; /* how it came to be known, see stacks.h */
    uint64_t hash;
    uint32_t count;
    uint64_t at[];
};

/* An object that a thread holds. */
struct held {
    uint64_t object;
    const struct check_stack *stack; /* where it was taken */
    union {
        struct {
            uint32_t depth; /* of a recursive lock, from 1; 0: the place is taken, and nothing in it counts yet */
            uint8_t kind, mode, how;
        };
        uint64_t what; /* all of that at once */
    };
    uint64_t path; /* hash of all that is held up to here, and of how */
};

/* What a thread is blocked for. */
struct wait {
    _Atomic uint64_t sequence; /* rises as a wait begins and as it ends: odd while blocked */
    uint64_t object;
    uint64_t handle; /* of a join: the thread */
    uint8_t kind, mode;
    bool timed;
    const struct check_stack *stack;
    uint64_t mutex;      /* that a wait on a condition drops, 0 for none */
    uint32_t mutex_depth; /* how often it was held */
    uint8_t mutex_kind;
    int64_t since;       /* CLOCK_MONOTONIC; 0 where nobody wants to know */
    uint32_t wakes;      /* of the object, by hash, when the wait began */
};

/*
 * What a thread has before it by creation and join alone: for other threads' serials, the epoch up to which all that they
 * did lies before. Sorted by serial, immutable, shared.
 */
struct check_clock {
    uint32_t references;
    uint32_t count;
    struct {
        uint64_t serial;
        uint32_t epoch;
    } at[];
};

/* A bit of held.depth: the holder before died, and the object isn't made consistent yet. */
#define DEPTH_INCONSISTENT 0x80000000u

enum { HELD_FIRST = 8, NAME_SIZE = 96, RECENT = 256, RECENT_WAYS = 8, INTERRUPTED = 3, TAKEN_SINCE = 16, TOOK = 8 };

/*
 * What tells a stack from others with the same site at the same depth: the return addresses of the callers next to the site,
 * and where they are kept, in bytes from the frame. Where there are fewer the site's own stands for the rest.
 */
enum { CALLERS = 4 };
struct callers {
    uint64_t address[CALLERS];
    uint16_t place[CALLERS];
};

/* The site and the return addresses at four places, as one number. Addresses lie close together: what makes up for one isn't another. */
static inline uint64_t callers_sum(uint64_t site, uintptr_t frame, const uint16_t *place)
{
    typedef uint64_t __attribute__((may_alias)) word;
#define CALLER(i) (*(const word *)(frame + place[i]))
    return site * 0x27d4eb2f + CALLER(0) + CALLER(1) * 0x5bd1e995 + CALLER(2) * 0x3c6ef373 + CALLER(3) * 0x6a09e667;
#undef CALLER
}

/* A stack that was taken from here lately. */
struct recent {
    uintptr_t frame;
    uint64_t sum; /* of the site and the callers */
    const struct check_stack *stack;
    uint16_t place[CALLERS];
};

/* A lock that a thread got, when; see obliged.h. */
struct took {
    uint64_t object, tick;
    const struct check_stack *stack;
    uint32_t woke;
    uint8_t mode;
};

struct check_thread {
    /* its own */
    struct held *held; /* before the first is a place in which nothing is held */
    struct held *top;  /* behind the last */
    struct held *end;  /* of the room */
    struct known *known; /* what needs no more looking at; in a signal handler nothing */
    struct held first[1 + HELD_FIRST];
    struct recent recent[RECENT]; /* by site and frame, some of each */
    uint32_t recent_next;         /* to which of those the first gives way */
    struct known *known_outside;  /* the same outside of handlers */
    uintptr_t frame; /* an address near its first frame: its frames are told apart by their distance from it */
    /* shared */
    uint64_t serial; /* 1, 2 ... as the checker met them */
    uint64_t handle;
    int32_t tid;
    char name[NAME_SIZE];
    uint32_t epoch; /* rises as it creates a thread, and as it passes a barrier or posts, if it has records */
    uint32_t recorded; /* the epoch in which its last record was made, 0: none */
    uint32_t round;    /* which opening of a barrier it came to last */
    _Atomic uint64_t passing; /* that barrier, while it hasn't come out of it */
    struct check_clock *clock;
    uint32_t witnesses; /* records in the graph that are its own: with none, no clock need remember it */
    bool main, ended, detached, joined;
    bool kept; /* its language's runtime joins or detaches it, if it gets to */
    _Atomic bool awaited; /* it was joined by who held something */
    bool forked;    /* of the process that this one was forked from: it isn't here, and what it holds it will for ever */
    bool cancelled; /* somebody asked for its end */
    bool left;      /* told that it ended with locks held */
    bool unsure;    /* there was no memory, so not all that it holds is known */
    uint64_t handling; /* signals whose handlers run in it, a bit each */
    uint32_t handlers; /* how many run in it */
    struct wait interrupted[INTERRUPTED]; /* the waits that the outermost of them came in */
    struct {
        uint64_t object;
        int64_t ns;
    } since[TAKEN_SINCE]; /* when it took what it holds, where that is looked at */
    struct took took[TOOK];
    uint64_t unit;      /* when its last wait ended, in ticks of obliged.c */
    uint32_t next_took, woke; /* the place that is used next; how often it woke others */
    bool obliged;       /* it waits with a lock held */
    uint64_t stalled;  /* the wait that was told of as a long one */
    int raising;       /* a signal that it sends itself: its handler interrupts nothing */
    uint64_t number;   /* of its creation, 0 for a main thread */
    _Atomic uint64_t stolen; /* what it holds, but another gave back or ended: the last such */
    uint64_t accused; /* the object that its last misuse was about */
    const struct check_stack *born; /* where it was created, NULL where that isn't known */
    struct check_thread *next;
    struct check_thread *same_hash;  /* in the table by handle */
    struct check_thread *joining;    /* whom it is about to join, or that one's number where it hasn't begun yet */
    uint64_t joining_number;
    struct check_thread *next_spare; /* in the list of those that ended */
    bool spare;
    /* published */
    struct wait wait;
};

/* How many objects a thread holds. */
static inline uint32_t held_count(const struct check_thread *thread)
{
    return (uint32_t)(thread->top - thread->held);
}

/* The stack of what has none. */
extern const struct check_stack check_nowhere;

struct check_state {
    struct graph graph;
    struct check_thread *threads;
};
extern struct check_state check_state;

/* Takes and gives back the checker's lock; not recursive. */
void check_lock(sigset_t *signals);
/* The same around fork, so that the copy is whole; but it can't be kept for ever: somebody may take it over meanwhile, and
 * be amid a change. Then the child calls the last of these in place of the second. */
void check_lock_fork(sigset_t *signals);
void check_unlock_fork(const sigset_t *signals);
bool check_kept_fork(void);
void check_fork_torn(const sigset_t *signals);
/* This process is such a copy: nothing is known here, and nothing is checked. */
extern bool check_torn;
void check_unlock(const sigset_t *signals);
/* The address of what threads that wait for the lock sleep on. */
uint64_t check_lock_word(void);
/* The same, but leaves it to another to call the program's handler of findings. */
void check_unlock_quietly(const sigset_t *signals);

static inline uint64_t check_mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

#endif
