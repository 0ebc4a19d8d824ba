/* SPDX-License-Identifier: MIT */
/* Whether there is a CPython in the process whose frames can be read, and how. */
#ifndef THRUM_CORE_PYTHON_FIND_H
#define THRUM_CORE_PYTHON_FIND_H

#include <stdbool.h>

#include "core/python-layout.h"
#include "core/python-site.h"

struct python_found {
    struct python_layout layout;
    struct python_types types;
    void *(*thread_running)(void); /* what holds the GIL: maybe another thread's, unless layout.own; else NULL or the caller's */
    void *(*thread_own)(void);     /* the caller's, or NULL */
    const void *runtime;           /* in the interpreter's own module */
};

/* False: none, or none that is known well enough. Calls dlsym(). */
bool python_find(struct python_found *found);

/*
 * A first look at the frame of the thread state `thread`, which the caller owns, at memory that may not be there.
 * UNTRIED: it is in no function, so that nothing can be said.
 */
enum python_trust { PYTHON_UNTRIED, PYTHON_RIGHT, PYTHON_WRONG };
enum python_trust python_look(const struct python_found *found, const char *thread);

#endif
