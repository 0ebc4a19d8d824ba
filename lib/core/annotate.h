/* SPDX-License-Identifier: MIT */
/*
 * What race detectors must be told of synchronisation by atomics and futexes.
 *
 * ThreadSanitizer understands C11 atomics and is told nothing. Helgrind doesn't: in a build with -DTHRUM_VALGRIND
 * it gets the happens-before edges by its own client requests, and doesn't watch the atomic words themselves.
 * Otherwise all of this is nothing.
 */
#ifndef THRUM_CORE_ANNOTATE_H
#define THRUM_CORE_ANNOTATE_H

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
