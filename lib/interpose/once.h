/* SPDX-License-Identifier: MIT */
/* What pthread_once() and call_once() share: a once is held while its routine runs, and waited for by the others. */
#ifndef THRUM_INTERPOSE_ONCE_H
#define THRUM_INTERPOSE_ONCE_H

#include "interpose/interpose.h"

/* A call in progress of this thread. The routine takes no argument, so what runs it finds the call here. */
struct once_call {
    struct once_call *outer;
    void (*routine)(void);
    struct begun begun;
    bool ran; /* this call ran the routine */
};

/* glibc's __PTHREAD_ONCE_DONE, set in a control, or C11 flag, for ever once the routine has returned. */
static inline bool once_done(const void *control)
{
    return __atomic_load_n((const int *)control, __ATOMIC_ACQUIRE) & 2;
}

/* Begins a call: the caller may block. */
void once_begin(struct once_call *call, const void *control, void (*routine)(void), const void *site);

/* Given to libc in place of the routine: runs that of this thread's innermost call, as the holder. */
void once_run(void);

/* Ends it, also where the routine was left by an exception or cancellation. */
void once_end(struct once_call *call);

#define ONCE_CALL(variable) struct once_call variable __attribute__((cleanup(once_end)))

#endif
