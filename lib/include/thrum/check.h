/* SPDX-License-Identifier: MIT */
/*
 * The checker in the process, asked by the program itself: what it finds, what threads hold and wait for. It works under
 * thrum check, under the preload unless something is recorded, and where THRUM_CHECK is report, abort or break; elsewhere nothing is
 * found and nothing known.
 */
#ifndef THRUM_CHECK_PUBLIC_H
#define THRUM_CHECK_PUBLIC_H

#include <stddef.h>
#include <sys/types.h>
#include <thrum/base.h>

THRUM_BEGIN_DECLARATIONS

/* One problem that was found. It and its texts live until the handler returns. */
struct thrum_finding {
    const char *id;        /* the same in every run that finds it */
    const char *kind;      /* "lock-order", "deadlock" ...: see thrum-check(1) */
    const char *certainty; /* "happened" or "potential" */
    const char *message;   /* what was found, in a sentence */
    const void *const *stack; /* the calls of the thread that led here, innermost first */
    size_t stack_size;
};

/* Called in the thread that led to the finding, before its call of a lock or the like goes on. What it locks itself isn't
 * checked. It may be called inside a signal handler, where that led to the finding. */
typedef void thrum_finding_handler(const struct thrum_finding *finding, void *argument);

/* Has a function called for each new finding, in place of the one before; NULL: none. Any thread. */
THRUM_API void thrum_on_finding(thrum_finding_handler *handler, void *argument);

/* Something that a thread holds. */
struct thrum_holding {
    const void *object;
    const char *kind;  /* "mutex", "rwlock" ... */
    int shared;        /* as a reader */
    unsigned count;    /* how often it was taken and not given back */
    const void *site;  /* the call that took it, NULL where not known */
};

/* What the calling thread holds, the oldest first, at most `room` of them; how many it holds. Async-signal-safe. */
THRUM_API size_t thrum_check_holds(struct thrum_holding *holdings, size_t room);

/* Writes all threads, what they hold and what they wait for, as text to a descriptor. Async-signal-safe. */
THRUM_API void thrum_check_print(int descriptor);

THRUM_END_DECLARATIONS

#endif
