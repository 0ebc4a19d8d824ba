/* SPDX-License-Identifier: MIT */
/*
 * The checker's state: one lock for all that threads share, each thread's held objects, and the tables that the fast
 * paths look into without that lock.
 *
 * | what                          | who writes                    | who reads                                        |
 * |-------------------------------|-------------------------------|--------------------------------------------------|
 * | graph, records, stacks, lists | who has the lock              | who has the lock                                 |
 * | seen set, contexts, tid table | who has the lock              | all; a miss there only costs the slow path       |
 * | generations                   | all, by an atomic add         | all                                              |
 * | a thread's held objects       | that thread                   | that thread; others while its `wait` stands still|
 * | a thread's wait               | that thread, sequence odd     | all: twice, the same even sequence means still   |
 * |                               | while it writes               |                                                  |
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
#include "enums.h"

/* Call addresses, innermost first; each distinct stack is kept once, for ever. */
struct check_stack {
    struct check_stack *next;
    uint64_t hash;
    uint32_t count;
    uint64_t at[];
};

/* An object that a thread holds. */
struct held {
    uint64_t object;
    uint64_t hash; /* of all that is held up to here, with modes and generations */
    const struct check_stack *stack; /* where it was taken, as far as is known; never NULL */
    uint32_t generation;
    uint32_t depth; /* of a recursive lock, from 1 */
    uint8_t kind, mode, how;
};

/* What a thread is blocked for. */
struct wait {
    _Atomic uint64_t sequence; /* odd: being written; it rises with each wait and each end of one */
    _Atomic uint64_t object;   /* 0: not blocked */
    _Atomic uint32_t generation;
    _Atomic uint8_t kind, mode;
    _Atomic bool timed;
    const struct check_stack *_Atomic stack;
};

/* What a thread knew of the others by creation and join alone: for each that left a witness, its count of creations and
 * joins up to which all lies before. Immutable, shared. */
struct check_clock {
    uint32_t references;
    uint32_t count;
    struct {
        uint64_t serial;
        uint32_t epoch;
    } at[];
};

enum { HELD_FIRST = 8, NAME_SIZE = 16 };

struct check_thread {
    /* its own */
    struct held *held;
    uint32_t count, capacity;
    struct held first[HELD_FIRST];
    uintptr_t frame; /* address of its first frame: frames are told apart by their distance from it */
    /* shared, written under the lock */
    uint64_t serial; /* 1, 2 ... as the checker met them */
    uint64_t handle;
    int32_t tid;
    char name[NAME_SIZE];
    uint32_t epoch; /* rises with each thread that it creates or joins */
    struct check_clock *clock;
    bool ended, main;
    struct check_thread *next;
    /* published */
    struct wait wait;
};

struct check_state {
    struct graph graph;
    struct check_thread *threads; /* all that run, and ended ones that wait for reuse */
    uint64_t last_serial;
};
extern struct check_state check_state;

/* Takes and gives back the checker's lock. */
void check_lock(sigset_t *signals);
void check_unlock(const sigset_t *signals);

/* Generations: a counter for each hash of an address; it rises whenever an object there is made or ends. */
enum { GENERATIONS = 1 << 16 };
extern _Atomic uint32_t check_generations[GENERATIONS];

static inline _Atomic uint32_t *check_generation_slot(uint64_t object)
{
    return &check_generations[(object >> 3) * 0x9e3779b97f4a7c15u >> 48];
}

static inline uint32_t check_generation(uint64_t object)
{
    return atomic_load_explicit(check_generation_slot(object), memory_order_relaxed);
}

static inline uint64_t check_mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

#endif
