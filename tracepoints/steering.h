/* SPDX-License-Identifier: MIT */
/*
 * How thrum confirm and thrum stress steer a program: a file that the command fills in and that libthrum-steer.so, in the
 * program, maps and writes its progress to. THRUM_STEER names it. Both are of one build; the file lives as long as the run.
 *
 * To confirm a schedule, each thread of the circle has a role with two points: its gate, where it takes what it will hold,
 * and its stand, where it will wait. At its gate it pauses until all have come to theirs; then they go on one by one, in the
 * order of the roles, each to its stand; when all stand, all go on, and wait for each other.
 */
#ifndef THRUM_TRACEPOINTS_STEERING_H
#define THRUM_TRACEPOINTS_STEERING_H

#include <stdatomic.h>
#include <stdint.h>

#define STEER_MAGIC 0x74687374u

enum { STEER_ROLES = 32, STEER_PATH = 512 };

enum steer_mode { STEER_confirm = 1, STEER_stress };

enum steer_state { STEER_away, STEER_at_gate, STEER_passed, STEER_stands };

/* A call in the program, by its return address. */
struct steer_point {
    char module[STEER_PATH]; /* path of its executable or shared object; "": there is no such point */
    uint64_t offset;         /* in that file */
    uint32_t count;          /* the how-manieth time that the thread comes there, from 1 */
};

struct steer_role {
    uint32_t thread; /* the how-manieth that its process created, 0: the first one */
    struct steer_point gate, stand;
    _Atomic uint32_t state; /* enum steer_state */
    _Atomic int32_t pid, tid; /* who plays it, 0: nobody yet */
};

struct steer {
    uint32_t magic;
    uint32_t mode;
    uint32_t pause_ms; /* at a point, at most; then the run is given up and goes on unsteered */
    uint32_t anyone;   /* who comes to a gate first plays its role, whichever thread it is and how often it was there */
    uint64_t seed;     /* stress */
    uint32_t depth;    /* stress: how many times a thread pauses, at most, and drops behind the others */
    uint32_t role_count;
    _Atomic uint32_t given_up;
    _Atomic uint32_t changes; /* a futex: of any state */
    _Atomic uint64_t steps;   /* points passed */
    struct steer_role roles[STEER_ROLES];
};

#endif
