/* SPDX-License-Identifier: MIT */
/* How a new thread starts, be it POSIX's or C11's: the frame of ours below the program's function. */
#ifndef THRUM_INTERPOSE_START_H
#define THRUM_INTERPOSE_START_H

#include "core/futex.h"
#include "core/memory.h"
#include "interpose/interpose.h"

/* What a new thread must know before it runs the program's function. In a memory block that two threads share. */
struct start {
    union {
        void *(*posix)(void *);
        int (*c11)(void *);
    } routine;
    void *argument;
    uint64_t serial;        /* 0: not one of the program's threads */
    pthread_t handle;       /* told by the new thread; 0: it doesn't run yet */
    struct futex_lock lock; /* over `handle` */
    uint32_t stack_size;    /* in pages */
    bool detached;          /* born so */
    bool tickless;          /* as its creator was */
    _Atomic int users;
};
_Static_assert(sizeof(struct start) <= MEMORY_BLOCK, "a start fits a block");

/* Begins the creation of a thread with these attributes (NULL: the default); NULL where there is no memory. */
struct start *start_new(void *argument, const pthread_attr_t *attributes);

/*
 * Ends it: `result` is what the creation came to, and *thread the new handle where it is 0. The program may have freed
 * that memory as soon as the new thread runs, so it is read only while that doesn't. The handle is returned.
 */
pthread_t start_created(struct start *start, const pthread_t *thread, int result);

/* The first frame of the new thread, which owns `argument`, a struct start. */
void *start_posix(void *argument);
int start_c11(void *argument);

/*
 * The calling thread is about to exit: told here where it has no such frame, as main threads haven't. Doesn't return where
 * it must exit later.
 */
void start_exits(void *value);

#endif
