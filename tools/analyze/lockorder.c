/* SPDX-License-Identifier: MIT */
/*
 * Locks taken in opposite orders. Whenever a thread wants a lock and would wait for it, an edge goes from each lock that
 * it holds to that one; a try or a timed acquire makes no edge into its lock, but what it got is held. A cycle of edges is
 * a deadlock that could happen, unless something rules it out.
 */
#include "config.h"
#include "analyze/lockorder.h"

#include <stdlib.h>
#include "base/memory.h"

static void want(struct lockorder *self, struct thread *thread, struct taking wanted)
{
    if (thread->held_count && object_is_lock(wanted.object))
        lockorder_want(self, thread, &wanted);
}

static void blocked(void *self, int64_t now, struct thread *thread)
{
    const struct blocked *blocked = &thread->blocked;
    (void)now;
    if (blocked->what == BLOCKING_wait && blocked->mutex) { /* whatever ends the wait, it takes the mutex back */
        struct taking wanted = taking_of_block(blocked);
        wanted.object = blocked->mutex;
        wanted.mode = THRUM_mode_exclusive;
        want(self, thread, wanted);
    } else if (blocked->what == BLOCKING_acquire && blocked->how == THRUM_how_block)
        want(self, thread, taking_of_block(blocked));
}

static void acquired(void *self, int64_t now, const struct acquisition *got)
{
    if (got->how != THRUM_how_block || got->blocked || got->back || !got->hold || got->hold->depth > 1)
        return;
    want(self, got->thread,
         (struct taking){.object = got->object, .mode = got->mode, .site = got->site, .stack = got->hold->stack, .since_ns = now});
}

static void thread_spawned(void *self, int64_t now, struct thread *child)
{
    (void)now;
    lives_spawned(&((struct lockorder *)self)->lives, child);
}

static void thread_joined(void *self, int64_t now, struct thread *joiner, struct thread *joined)
{
    (void)now;
    lives_joined(&((struct lockorder *)self)->lives, joiner, joined);
}

static void thread_freed(void *self, int64_t now, struct thread *thread)
{
    (void)now;
    lives_freed(&((struct lockorder *)self)->lives, thread);
}

static void object_destroyed(void *self, int64_t now, struct object *object)
{
    (void)now;
    lockorder_prune(self, object);
}

static void object_signals(void *self, int64_t now, struct object *object)
{
    (void)now;
    lockorder_forget(self, object);
}

static const struct model_ops ops = {
    .blocked = blocked,
    .acquired = acquired,
    .thread_spawned = thread_spawned,
    .thread_joined = thread_joined,
    .thread_over = thread_joined,
    .thread_freed = thread_freed,
    .object_destroyed = object_destroyed,
    .object_signals = object_signals,
};

static void *begin(struct model *model)
{
    struct lockorder *self = memory_new(1, sizeof *self);
    self->model = model;
    self->slot = self->lives.slot = model_subscribe(model, &ops, self);
    return self;
}

static void find(void *self, struct analysis_context *context)
{
    lockorder_find(self, context);
}

static void hint(void *self, struct hints *hints)
{
    lockorder_hint(self, hints);
}

static void end(void *self)
{
    lockorder_free(self);
}

const struct analysis analysis_lockorder = {.name = "lockorder", .begin = begin, .find = find, .hint = hint, .end = end};
