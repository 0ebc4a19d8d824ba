/* SPDX-License-Identifier: MIT */
/*
 * Signal handlers, entered and left visibly. Each of the program's handlers gets a stub of its own, which is what the
 * kernel is given; the kernel's answer leads back from the stub to the handler. So nothing is kept for a signal, and
 * whatever changes what a signal does (SA_RESETHAND, another thread, a vfork child, exec) is right by itself.
 */
#ifndef THRUM_INTERPOSE_HANDLER_H
#define THRUM_INTERPOSE_HANDLER_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "interpose/scope.h"

/*
 * What to give to the kernel in place of a handler, and back. SIG_DFL and the like are themselves, and so is a handler
 * for which no stub is left. Async-signal-safe.
 */
void *handler_stub(void *handler);
void *handler_of_stub(void *stub);

/* A handler that runs. */
struct handling {
    struct scope scope;
    int signal;
    uint32_t guard;    /* of what it interrupted */
    bool asynchronous; /* as that was, and as the handler was told */
    bool told_asynchronous;
    bool told;         /* its begin was */
    bool pending;      /* the jump of another handler, for when what was interrupted has finished */
    bool returned;     /* and not unwound: by pthread_exit, cancellation or an exception */
    struct __jmp_buf_tag *back; /* where it interrupted thrum, which must finish first: the way back to it; else NULL */
    struct handling *outer_amid;
};

/* This thread's innermost handler that interrupted thrum. */
extern __thread struct handling *handler_amid __attribute__((tls_model("initial-exec")));

/* Implemented by jump.c: a jump leaves this handler. Doesn't return where thrum must finish first. */
void jump_leaves_handler(struct handling *handling);

#endif
