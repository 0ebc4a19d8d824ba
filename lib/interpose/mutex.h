/* SPDX-License-Identifier: MIT */
/* What interposers of POSIX's mutexes and C11's share: glibc's own record of the holder. */
#ifndef THRUM_INTERPOSE_MUTEX_H
#define THRUM_INTERPOSE_MUTEX_H

#include <limits.h>

#include "interpose/interpose.h"

/* Unknown where that record says that the caller isn't the holder: an error of the program's, or a forked child. */
static inline enum thrum_mode mutex_mode(const pthread_mutex_t *mutex)
{
    int owner = __atomic_load_n(&mutex->__data.__owner, __ATOMIC_RELAXED);

    return owner == self_tid() || owner == INT_MAX ? THRUM_mode_exclusive : THRUM_mode_unknown;
}

#endif
