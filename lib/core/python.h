/* SPDX-License-Identifier: MIT */
/*
 * Where a Python program is: CPython's own frames, as sites beside those of machine code. A Python program's locks are
 * all taken at one place in the interpreter; what tells them apart is the line of Python that asked.
 *
 * Such a site is a number that is no address of code; python_place() tells what it stands for. Frames are read only by
 * the thread that they belong to, and only while it holds the GIL: nobody else may change them then. What a thread that
 * gives up the GIL to wait will be asked for is remembered before it does.
 *
 * CPython 3.11, 3.12 and 3.13 with a GIL; of any other nothing is said. All but python_start() is async-signal-safe.
 */
#ifndef THRUM_CORE_PYTHON_H
#define THRUM_CORE_PYTHON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/visibility.h"
#include "records.h"

struct python_place {
    const char *function; /* "Queue.get" */
    const char *file;
    uint32_t line; /* 0: not known */
};

/* Looks for an interpreter that the program was started with; in the constructor, after modules_start(). Without `lines` none is read. */
void python_start(bool lines);

/* Whether an address is in an interpreter's own code, also where its lines aren't read. */
bool python_is_interpreter(uint64_t address);

/* The interpreter's own code; size 0 where there is none whose lines are read. */
extern THRUM_PRIVATE uint64_t python_begin, python_size;

/* Whether a call came from the interpreter itself, and not from an extension. */
static inline bool python_owns(const void *site)
{
    return __builtin_expect((uint64_t)(uintptr_t)site - python_begin < python_size, 0);
}

/*
 * The line of Python that led to a call on `object` from `site`, as a site; `site` itself where that isn't known. Of what the
 * library makes locks with, as queue.Queue() and threading.RLock() do, it is the line that called for it.
 */
THRUM_PRIVATE const void *python_site(const void *object, const void *site);

/*
 * Whether the call that python_site() was asked for last waits for as long as it takes: CPython tries first, so that what
 * is a try to libc is none to the program. Known for 3.11.
 */
THRUM_PRIVATE bool python_waits(void);

/*
 * What a call on a semaphore that python_site() was asked for last means for the end of a thread, until 3.12: the calling
 * thread made the lock that it gives back last; gives it back; took one that may be such, as join() does.
 */
enum python_role { PYTHON_NO_ROLE, PYTHON_MAKES_END, PYTHON_AWAITS_END, PYTHON_ENDS, PYTHON_PASSES /* see python_site() */ };
extern THRUM_PRIVATE __thread enum python_role python_role __attribute__((tls_model("initial-exec")));

/* A semaphore was made, in a call that python_site() was asked for. */
THRUM_PRIVATE void python_made(const void *object);

/* Keeps what is to be told of a wait for `object` that comes next, without the GIL. */
THRUM_PRIVATE void python_remember(const void *object);

/*
 * Whether the calling thread, which the interpreter has called sem_*() in, uses this semaphore to park: one on its stack,
 * since 3.13. And the thread whose end it waits for then, as a pthread_t, 0 where it waits for something else.
 */
extern THRUM_PRIVATE bool python_parks;
static inline bool python_is_parking(const void *semaphore, const void *frame)
{
    return __builtin_expect(python_parks, 0) && (uintptr_t)semaphore - (uintptr_t)frame < 4096;
}
THRUM_PRIVATE uint64_t python_joins(const void *semaphore);

/*
 * The calling thread begins with this function of machine code; where that is the interpreter's own, python_thread_name()
 * is true once, when it is known what the thread runs: "worker (feed.py:12)", the next one "worker-2 (feed.py:12)". A
 * thread that was given a name needs none.
 */
enum { PYTHON_NAME = 256 }; /* room for any, with its end */
THRUM_PRIVATE void python_thread_begins(const void *routine);
THRUM_PRIVATE void python_thread_is_named(void);
THRUM_PRIVATE bool python_thread_name(char *name, size_t size);

/* A site that stands for a line of Python. */
static inline bool python_is_site(uint64_t site)
{
    return record_is_line(site);
}

/* What it stands for; NULL where it is none of this process. */
const struct python_place *python_place(uint64_t site);

/* True once for each site: whoever hears it tells the sinks. */
bool python_untold(uint64_t site);

/* Sites go from this one on, each one higher; the result is the first that isn't there. */
#define PYTHON_SITE_FIRST RECORD_LINE_FIRST
uint64_t python_sites_end(void);

/* The call of the interpreter's that the site stands for, in this thread now; `site` itself where it is no such. */
const void *python_call(const void *site);

/*
 * The calling thread's frames, innermost first, as sites: of what `site` stands for, else of now. 0 where the GIL isn't
 * held and nothing is remembered.
 */
uint32_t python_stack(uint64_t *at, uint32_t max, const void *site);

/* A number that tells apart the stacks that python_stack() would give, by their innermost calls; cheap. */
uint64_t python_context(const void *site);

#endif
