/* SPDX-License-Identifier: MIT */
/* The real functions: for each of the list a pointer to the next definition of it. */
#ifndef THRUM_CORE_REAL_H
#define THRUM_CORE_REAL_H

#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <pty.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <threads.h>
#include <unistd.h>

#include "core/real-list.h"
#include "core/undeclared.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#define REAL_POINTER(name, kind, events) __typeof__(&name) name;
struct real {
    REAL_FUNCTIONS(REAL_POINTER)
};
#undef REAL_POINTER
#pragma GCC diagnostic pop

extern struct real real;

/*
 * Resolves every function of the list; the first interposed call of a process does it, and since creating a thread is
 * one, it is done while the process has one thread: no thread's first lock meets the loader's lock.
 */
void real_resolve(void);

/* REAL(pthread_mutex_lock)(mutex): the real function. */
#define REAL(name) \
    (__extension__({ if (__builtin_expect(!real.name, 0)) real_resolve(); real.name; }))

#endif
