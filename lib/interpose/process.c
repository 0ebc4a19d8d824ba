/* SPDX-License-Identifier: MIT */
/* fork and its kin: the child goes on tracing under its own ids. */
#include <pty.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "interpose/interpose.h"
#include "interpose/last.h"

/* In the process that called, and in the child that it makes. */
static pid_t forked(pid_t child, const void *site)
{
    if (child == 0)
        probe_fork_child();
    else
        probe_fork_parent(child, site);
    return child;
}

INTERPOSE pid_t fork(void)
{
    if (!probe_on())
        return REAL(fork)();
    probe_fork_prepare(false);
    return forked(REAL(fork)(), SITE);
}

/* fork without its handlers. */
INTERPOSE pid_t _Fork(void)
{
    if (!probe_on())
        return REAL(_Fork)();
    probe_fork_prepare(true);
    return forked(REAL(_Fork)(), SITE);
}

INTERPOSE int forkpty(int *master, char *name, const struct termios *attributes, const struct winsize *size)
{
    if (!probe_on())
        return REAL(forkpty)(master, name, attributes, size);
    probe_fork_prepare(false);
    return forked(REAL(forkpty)(master, name, attributes, size), SITE);
}

/* The parent exits inside; where it returns it is the child, which may still fail, or the fork failed. */
INTERPOSE int daemon(int keep_directory, int keep_open)
{
    pid_t caller = getpid();
    int result;

    if (!probe_on())
        return REAL(daemon)(keep_directory, keep_open);
    probe_fork_prepare(false);
    result = REAL(daemon)(keep_directory, keep_open);
    if (getpid() != caller)
        probe_fork_child();
    else
        probe_fork_parent(-1, SITE);
    return result;
}

/* --- clone --- */

struct cloned {
    int (*function)(void *);
    void *argument;
};

/* What a sink does in a child may need more stack than the program gave it. */
static void fork_child_on_own_stack(void)
{
    enum { SIZE = 256 * 1024 };
    ucontext_t here, there;
    void *stack = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (stack == MAP_FAILED || getcontext(&there) != 0) {
        probe_fork_child();
        return;
    }
    there.uc_stack = (stack_t){.ss_sp = stack, .ss_size = SIZE};
    there.uc_link = &here;
    makecontext(&there, probe_fork_child, 0);
    swapcontext(&here, &there);
    munmap(stack, SIZE);
}

static int clone_run(void *data)
{
    struct cloned cloned = *(struct cloned *)data;
    int status;

    fork_child_on_own_stack();
    status = cloned.function(cloned.argument);
    last_clone_leaves(status);
    return status;
}

/* A child in its parent's memory has its thread-local state, too: it is left alone, and silent while the parent waits for it. */
static int clone_sharing(int (*function)(void *), void *stack, int flags, void *argument, void *parent_tid, void *tls, void *child_tid)
{
    bool silenced = (flags & (CLONE_VFORK | CLONE_SETTLS)) == CLONE_VFORK && !(thrum_self.guard & SELF_VFORK);
    int result;

    if (silenced)
        thrum_self.guard |= SELF_VFORK;
    result = REAL(clone)(function, stack, flags, argument, parent_tid, tls, child_tid);
    if (silenced)
        thrum_self.guard &= ~SELF_VFORK;
    return result;
}

INTERPOSE int clone(int (*function)(void *), void *stack, int flags, void *argument, ...)
{
    struct cloned cloned = {function, argument};
    void *parent_tid, *tls, *child_tid;
    va_list rest;

    va_start(rest, argument);
    parent_tid = va_arg(rest, void *);
    tls = va_arg(rest, void *);
    child_tid = va_arg(rest, void *);
    va_end(rest);
    if (!probe_on() || !function)
        return REAL(clone)(function, stack, flags, argument, parent_tid, tls, child_tid);
    if (flags & CLONE_VM) {
        int child = clone_sharing(function, stack, flags, argument, parent_tid, tls, child_tid);
        if (child > 0 && !(flags & CLONE_THREAD))
            probe_fork_seen(child, SITE);
        return child;
    }
    probe_fork_prepare(true);
    int child = REAL(clone)(clone_run, stack, flags, &cloned, parent_tid, tls, child_tid);
    probe_fork_parent(child, SITE);
    return child;
}
