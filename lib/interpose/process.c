/* SPDX-License-Identifier: MIT */
/* fork: the child goes on tracing under its own ids. */
#include "interpose/interpose.h"

INTERPOSE pid_t fork(void)
{
    pid_t child;

    if (!probe_on())
        return REAL(fork)();
    probe_fork_prepare();
    child = REAL(fork)();
    if (child == 0)
        probe_fork_child();
    else
        probe_fork_parent(child, SITE);
    return child;
}
