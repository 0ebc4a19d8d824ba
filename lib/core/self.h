/* SPDX-License-Identifier: MIT */
/* What thrum keeps of the calling thread: initial-exec TLS, so that reaching it never allocates or locks. */
#ifndef THRUM_CORE_SELF_H
#define THRUM_CORE_SELF_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include "visibility.h"

struct check_thread;

struct thrum_self {
    uint32_t guard; /* not 0: its calls aren't events, and the bits below say why */
    int32_t tid; /* 0: not known; so is pid */
    int32_t pid;
    bool forking;      /* in fork: ids aren't kept, since handlers of fork run in both processes */
    bool forking_bare; /* by a call that runs no handlers of fork */
    bool asynchronous; /* may be cancelled at any instruction (pthread_setcanceltype) */
    bool tickless;     /* may not read the tick counter, nor the time without a system call (PR_SET_TSC) */
    uint16_t handlers; /* signal handlers that run in this thread */
    volatile bool pending; /* a signal handler that interrupted thrum wants to jump out, once thrum has finished */
    uintptr_t leaves; /* the stack pointer of a call that won't return, as exit(): nothing leads beyond it; else 0 */
    uint64_t last; /* the object that it took last, where it has given none back since; else 0 */
    struct check_thread *check; /* what the checker knows of this thread, NULL where it hasn't met it */
};

/* Inside thrum or a sink, as often as this counts. A signal handler that interrupts it there has a guard of its own. */
#define SELF_BUSY 0x000000ffu
/* Inside a call whose own calls of libc are its own business, as often as this counts. */
#define SELF_INNER 0x00000100u
#define SELF_INNERS 0x00ffff00u
/* A vfork child, which is in its parent's memory, until it execs. */
#define SELF_VFORK 0x40000000u
/* Not one of the program's threads, for good. */
#define SELF_SILENT 0x80000000u
#define SELF_LASTING (SELF_VFORK | SELF_SILENT)

extern THRUM_PRIVATE __thread struct thrum_self thrum_self __attribute__((tls_model("initial-exec")));

/*
 * The process confined itself by seccomp: who opens a file may be killed for it, so thrum opens none any more. What was
 * confined before it began isn't meant: there, as in containers, a refusal is the rule.
 */
extern volatile bool self_confined;

/* Goes on with what is pending; the interposers set it. */
extern THRUM_PRIVATE void (*self_pending)(void);

/* Around what thrum or a sink does that a signal handler mustn't leave half done: nothing else sets SELF_BUSY. */
static inline void self_enter(void)
{
    thrum_self.guard++;
}

static inline void self_leave(void)
{
    thrum_self.guard--;
    /* A handler that comes before this jumps by itself, one that came before the line above didn't. */
    atomic_signal_fence(memory_order_seq_cst);
    if (__builtin_expect(thrum_self.pending, 0) && (thrum_self.guard & SELF_BUSY) == 0)
        self_pending();
}

/* Around calls of libc that are thrum's own business, which may take as long as they like and be left by a jump. */
static inline void self_inner_enter(void)
{
    thrum_self.guard += SELF_INNER;
}

static inline void self_inner_leave(void)
{
    thrum_self.guard -= SELF_INNER;
}

/* Asks for an id, and keeps both. */
THRUM_PRIVATE int32_t self_ask_tid(void);
THRUM_PRIVATE int32_t self_ask_pid(void);

/*
 * Around whatever may return in a child process: until the second call ids aren't kept, and whoever asks for one in the
 * child, as handlers of fork do by locking, has `forked` called first.
 */
THRUM_PRIVATE void self_fork_begin(void (*forked)(void));
THRUM_PRIVATE void self_fork_end(void);

/* The same where nobody can tell when it has returned: the ids are asked for anew. */
THRUM_PRIVATE void self_forget(void);

/* Ids of the calling thread and its process, as the process sees them. */
static inline int32_t self_tid(void)
{
    return __builtin_expect(thrum_self.tid != 0, 1) ? thrum_self.tid : self_ask_tid();
}

static inline int32_t self_pid(void)
{
    return __builtin_expect(thrum_self.pid != 0, 1) ? thrum_self.pid : self_ask_pid();
}

#endif
