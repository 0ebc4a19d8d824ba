/* SPDX-License-Identifier: MIT */
/*
 * Old versions of functions. A library without versions serves references to all of them, so a module that was linked
 * when a function did something else must be told from others by what it refers to.
 *
 * Of what is interposed, glibc on x86-64 has older forms of pthread_kill (ESRCH for a thread that has ended),
 * posix_spawn (runs a file without #! by the shell) and quick_exit (runs destructors of thread-local objects); and of
 * pthread_cond_*, whose newer form does the same in the same 48 bytes, so that those need nothing.
 */
#ifndef THRUM_CORE_VERSION_H
#define THRUM_CORE_VERSION_H

#include <stdbool.h>

/* The version that all functions had on this machine at first; what later ones replaced has it still. */
#if defined(__x86_64__)
#define VERSION_FIRST "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define VERSION_FIRST "GLIBC_2.17"
#else
#define VERSION_FIRST ""
#endif

/* An older form of a function: found once, and then used for those that ask for it. */
struct version_old {
    const char *name;
    const char *version;
    void *function;                /* NULL: there is none */
    _Atomic(const void *) last;    /* the module that was looked at last */
    _Atomic(const void *) last_old; /* the module for which that gave yes */
};

/* Looks for the function next after ours; in a constructor. */
void version_find(struct version_old *old);

/* Whether the module that `site` lies in refers to the old form, and there is one. Async-signal-safe, lock-free. */
bool version_is_old(struct version_old *old, const void *site);

#endif
