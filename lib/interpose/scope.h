/* SPDX-License-Identifier: MIT */
/*
 * Scopes: calls in progress whose end must be told whichever way they are left. Return and unwinding (cancellation,
 * exceptions) pass through the call's own frame; longjmp() out of a signal handler doesn't, so the calls that it may
 * leave are listed, innermost first, and jump.c ends those that it leaves.
 */
#ifndef THRUM_INTERPOSE_SCOPE_H
#define THRUM_INTERPOSE_SCOPE_H

#include <stdint.h>

/* Part of a struct in the frame of the call. */
struct scope {
    struct scope *outer;
    void (*left)(struct scope *); /* tells the end of one that is jumped out of, and leaves the scope */
};

extern __thread struct scope *scope_innermost __attribute__((tls_model("initial-exec")));

static inline void scope_enter(struct scope *scope, void (*left)(struct scope *))
{
    scope->left = left;
    scope->outer = scope_innermost;
    scope_innermost = scope;
}

static inline void scope_leave(struct scope *scope)
{
    scope_innermost = scope->outer;
}

#endif
