/* SPDX-License-Identifier: MIT */
/*
 * What race detectors must be told of synchronisation by atomics and futexes.
 *
 * ThreadSanitizer understands C11 atomics and is told nothing of them. Helgrind doesn't: in a build with -DTHRUM_VALGRIND
 * it gets the happens-before edges by its own client requests, and doesn't watch the atomic words themselves.
 * Otherwise all of this is nothing.
 */
#ifndef THRUM_CORE_ANNOTATE_H
#define THRUM_CORE_ANNOTATE_H

#if defined(__SANITIZE_THREAD__)
#define ANNOTATE_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ANNOTATE_TSAN 1
#endif
#endif

/*
 * ThreadSanitizer keeps signals back until the thread makes a call that it intercepts, and a raw futex isn't one. In
 * its builds the main thread, whose waits signals end, sleeps for a short while at most and then makes such a call.
 */
#ifdef ANNOTATE_TSAN
#include <time.h>
enum { ANNOTATE_NAP = 5000000 }; /* nanoseconds */
#define annotate_signals() nanosleep(&(struct timespec){ 0, 0 }, NULL)
#else
enum { ANNOTATE_NAP = 0 };
#define annotate_signals() ((void)0)
#endif

#ifdef THRUM_VALGRIND
#include <valgrind/helgrind.h>

/* What this thread did so far happens before what follows an annotate_after() of the same address. */
#define annotate_before(address) ANNOTATE_HAPPENS_BEFORE(address)
#define annotate_after(address) ANNOTATE_HAPPENS_AFTER(address)

/* Accesses to this atomic variable are never races. */
#define annotate_atomic(variable) VALGRIND_HG_DISABLE_CHECKING((void *)(variable), sizeof *(variable))

#else
#define annotate_before(address) ((void)(address))
#define annotate_after(address) ((void)(address))
#define annotate_atomic(variable) ((void)(variable))
#endif

#endif
