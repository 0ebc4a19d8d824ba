/* SPDX-License-Identifier: MIT */
/* The checker around fork: its state is copied whole, and the child knows that it is alone. */
#include "check/fork.h"

#include <pthread.h>

#include "check/handlers.h"
#include "check/life.h"
#include "check/obliged.h"
#include "check/order.h"
#include "check/report.h"
#include "check/state.h"
#include "check/sync.h"
#include "check/thread.h"
#include "core/log.h"
#include "live-layout.h"

/*
 * fork copies the state as it is: nobody may be changing it. The handlers run next to the copying, for they are registered
 * early; what others do in between is no event, or it might want the lock.
 */
static sigset_t fork_signals;

static void before_fork(void)
{
    sigset_t signals;

    thrum_self.guard++;
    check_lock_fork(&signals);
    fork_signals = signals;
}

static void after_fork(void)
{
    sigset_t signals = fork_signals;

    check_unlock_fork(&signals);
    thrum_self.guard--;
}

/*
 * The other threads aren't here; what they hold will never be given back. Locks of files are the parent's: those of fcntl()
 * aren't inherited, and of flock() another descriptor than the inherited may wait for the parent to close its own.
 */
static void inherit(struct check_thread *self)
{
    struct held *kept = self->held;

    for (struct held *held = self->held; held < self->top; held++) {
        held->how = THRUM_LIVE_INHERITED;
        if (held->kind != THRUM_kind_file_lock)
            *kept++ = *held;
    }
    for (struct held *held = kept; held < self->top; held++)
        held->what = 0;
    self->top = kept;
    held_find_paths(self, self->held);
}

/* What was copied amid a change isn't to be looked at. */
static void go_unchecked(void)
{
    sigset_t signals = fork_signals;

    check_fork_torn(&signals);
    thrum_self.check = NULL;
    log_line("this process was forked amid a change of what the checker knows: it isn't checked", NULL);
    thrum_self.guard--;
}

static void after_fork_in_child(void)
{
    if (!check_kept_fork()) {
        go_unchecked();
        return;
    }
    threads_forked();
    order_forked();
    obliged_forked();
    sync_forked();
    handlers_forked(thrum_self.check);
    if (thrum_self.check)
        inherit(thrum_self.check);
    report_forked();
    after_fork();
}

void fork_begins_bare(void)
{
    if (thrum_self.forking_bare)
        before_fork();
}

void fork_ended_bare(void)
{
    if (thrum_self.forking_bare)
        after_fork();
}

void fork_ended_bare_in_child(void)
{
    if (thrum_self.forking_bare)
        after_fork_in_child();
}

void fork_watch(void)
{
    pthread_atfork(before_fork, after_fork, after_fork_in_child);
}
