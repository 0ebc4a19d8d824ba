/* SPDX-License-Identifier: MIT */
/* What interposers and primitives tell the checker that is no event: each enters it, and leaves errno as it was. */
#include <errno.h>
#include <string.h>

#include "check/check.h"
#include "check/handlers.h"
#include "check/over.h"
#include "check/stacks.h"
#include "check/thread.h"
#include "check/wire.h"

static void over(uint64_t lock, void (*tell)(uint64_t lock))
{
    int saved = errno;

    if (check_torn)
        return;
    self_enter();
    tell(lock);
    errno = saved;
    self_leave();
}

void check_ends(uint64_t lock)
{
    over(lock, over_ends);
}

void check_awaited(uint64_t lock)
{
    over(lock, over_awaited);
}

void check_shares(void)
{
    int saved = errno;

    if (check_torn)
        return;
    self_enter();
    wire_shares();
    errno = saved;
    self_leave();
}

void check_unsafe(const char *function, uint64_t site, uintptr_t frame)
{
    struct check_thread *self = thrum_self.check;
    int saved = errno;

    if (check_torn || !self || !self->handling)
        return;
    self_enter();
    handlers_unsafe(self, function, 0, 0, stacks_here(self, site, frame));
    if (strcmp(function, "exit") == 0)
        handlers_exits(self);
    errno = saved;
    self_leave();
}

void check_unblocks(void)
{
    struct check_thread *self = thrum_self.check;
    int saved = errno;

    if (check_torn || !self || held_count(self) == 0)
        return;
    self_enter();
    handlers_unblocked(self);
    errno = saved;
    self_leave();
}
