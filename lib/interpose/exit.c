/* SPDX-License-Identifier: MIT */
/* The end of the process. What ends it otherwise (a signal, the last thread's exit inside libc) isn't told. */
#include "interpose/interpose.h"
#include "interpose/jump.h"
#include "probe/fast.h"

static volatile int exit_status = -1;

/* Handlers of exit() may unload whoever called it: the stack is walked no further than to here. */
#define LEAVE() (thrum_self.leaves = (uintptr_t)probe_frame())

INTERPOSE void exit(int status)
{
    probe_unsafe("exit", SITE);
    jump_process_exit(status);
    exit_status = status;
    LEAVE();
    REAL(exit)(status);
    __builtin_unreachable();
}

/* After the program's handlers of exit(), and before the sinks are gone. */
__attribute__((destructor)) static void destructor(void)
{
    if (probe_on())
        probe_process_end(exit_status, NULL);
}

static void tell_end(int status, const void *site)
{
    if (probe_on())
        probe_process_end(status, site);
}

INTERPOSE void _exit(int status)
{
    tell_end(status, SITE);
    REAL(_exit)(status);
    __builtin_unreachable();
}

INTERPOSE void _Exit(int status)
{
    tell_end(status, SITE);
    REAL(_Exit)(status);
    __builtin_unreachable();
}

OLD(quick_exit, "GLIBC_2.10")
INTERPOSE void quick_exit(int status)
{
    tell_end(status, SITE);
    LEAVE();
    OLD_REAL(quick_exit)(status);
    __builtin_unreachable();
}
