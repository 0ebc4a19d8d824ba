/* SPDX-License-Identifier: MIT */
/*
 * Thread-local values with destructors (CPython's _thread._local): each thread sees its own.
 *
 * There may be any number of them; they use none of the system's keys. The destructor runs for each value that isn't
 * NULL: as its thread ends, after the thread's function, in any thread; and for all threads as the local is
 * destroyed. A destructor may set values again: they are destroyed in turn, four times at most.
 */
#ifndef THRUM_LOCAL_H
#define THRUM_LOCAL_H

#include <thrum/base.h>

THRUM_BEGIN_DECLARATIONS

struct thrum_local {
    struct thrum_object object;
    uint32_t index;
};

/* Makes a local, NULL in every thread, in `*local` or on the heap. `destructor` may be NULL. 0; ENOMEM. */
THRUM_API int thrum_local_init(struct thrum_local *local, void (*destructor)(void *value));
THRUM_API int thrum_local_create(struct thrum_local **local, void (*destructor)(void *value));

/* Ends it; the destructor runs, in the calling thread, for the values of all threads. No thread may use it now. 0. */
THRUM_API int thrum_local_destroy(struct thrum_local *local);

/* The calling thread's value; NULL where it has set none. */
THRUM_API void *thrum_local_get(const struct thrum_local *local);

/* Sets it; the value before is not destroyed. 0; ENOMEM. */
THRUM_API int thrum_local_set(struct thrum_local *local, void *value);

THRUM_END_DECLARATIONS

#endif
