/* SPDX-License-Identifier: MIT */
/* Threads, as the other primitives start and keep them. */
#ifndef THRUM_PRIMITIVES_THREAD_H
#define THRUM_PRIMITIVES_THREAD_H

#include <pthread.h>
#include "guard.h"
#include "object.h"
#include "thrum/thread.h"
#include "wait.h"

enum thread_state {
    THREAD_RUNS,
    THREAD_WAITED_FOR, /* runs, and somebody sleeps on the state */
    THREAD_DONE,
    THREAD_LOST, /* left behind in the parent by fork */
};

struct thrum_thread {
    struct thrum_object object;
    struct thrum_thread *next, *previous; /* of the living; the registry's guard */
    struct thrum_thread *sibling;         /* in a group; the group's guard */
    _Atomic uint32_t references;          /* one of the handle's owner, one of the thread itself */
    _Atomic uint32_t state;
    _Atomic uint32_t native_id; /* 0 until it runs */
    _Atomic uint32_t asked;     /* somebody could see the error */
    _Atomic uint32_t alone;     /* its handle was given up, or its function has ended */
    _Atomic uintptr_t handle;   /* its pthread_t; written by itself and by its creator */
    struct thrum_guard guard;   /* of `reaped` and `result` */
    bool reaped;                /* pthread_join or pthread_detach was called */
    bool returned;              /* not left by exit or cancellation */
    bool daemon;
    size_t stack_size;
    uint64_t serial; /* of its spawn event, 0: not told */
    thrum_function *function;
    void *argument;
    void *result;
    struct thrum_error error;
    char name[THRUM_THREAD_NAME];
    /* Called by the thread as its last act before it is done; may be NULL. */
    void (*finish)(struct thrum_thread *thread, void *argument);
    void *finish_argument;
};

/* What there is to say of a thread before it starts. */
struct thread_plan {
    thrum_function *function;
    void *argument;
    const struct thrum_thread_options *options; /* may be NULL */
    bool detached;                              /* without a handle, and daemon */
    uint64_t *ident;                            /* where its identifier goes; may be NULL */
    void (*finish)(struct thrum_thread *thread, void *argument);
    void *finish_argument;
};

/* Starts it; where it isn't detached, *thread is set before it runs. 0 or an errno value. */
int thread_create(struct thrum_thread **thread, const struct thread_plan *plan, const void *site);

/* As thrum_thread_join(). */
int thread_join(struct thrum_thread *thread, void **result, struct wait_limit *limit, unsigned flags, const void *site);

/* Joins a thread that is about to end, whatever a probe says, and gives the handle up. Not interrupted. */
void thread_end(struct thrum_thread *thread, const void *site);

void thread_ref(struct thrum_thread *thread);
void thread_unref(struct thrum_thread *thread);

/* The handle is given up: the thread is detached unless it was joined, and an error that nobody asked for printed. */
void thread_let_go(struct thrum_thread *thread, const void *site);

/* Waits, uninterrupted, for the rest of a thread whose function has ended: thread-local destructors and stack. */
void thread_reap(struct thrum_thread *thread);

/* The default size of stacks: 0 or what was set. */
size_t thread_stack_size(void);

/* Waits until its function has ended, no matter for its stack. 0, ESRCH, or what wait_on() says, positive. */
int thread_wait_done(struct thrum_thread *thread, struct wait_limit *limit, unsigned flags);

/* --- the registry of the living --- */

/* From before a thread is created until its function has ended. */
void registry_add(struct thrum_thread *thread);
void registry_remove(struct thrum_thread *thread);

/* Sees to it that threads that aren't daemons are waited for at exit. */
void registry_join_at_exit(void);

#endif
