/* SPDX-License-Identifier: MIT */
/* Growing a closure: deeds are taken in one by one, and each says what else must be in. */
#include "config.h"
#include "analyze/predict-closure.h"

#include <stdlib.h>
#include "base/memory.h"

struct closure *closure_new(const struct history *history)
{
    struct closure *c = memory_new(1, sizeof *c);
    c->history = history;
    c->upto = memory_new(history->thread_count, sizeof *c->upto);
    c->resources = memory_new(history->resource_count, sizeof *c->resources);
    return c;
}

void closure_free(struct closure *c)
{
    if (!c)
        return;
    for (uint32_t i = 0; i < c->history->resource_count; i++)
        free(c->resources[i].open);
    free(c->resources);
    free(c->upto);
    free(c->touched);
    free(c->moved);
    free(c->todo);
    free(c);
}

void closure_clear(struct closure *c, struct closure_rules rules)
{
    for (uint32_t i = 0; i < c->touched_count; i++) {
        struct closure_resource *r = &c->resources[c->touched[i]];
        *r = (struct closure_resource){.open = r->open, .open_capacity = r->open_capacity};
    }
    for (uint32_t i = 0; i < c->moved_count; i++)
        c->upto[c->moved[i]] = 0;
    c->touched_count = c->moved_count = c->todo_count = 0;
    c->failed = false;
    c->rules = rules;
    c->wish_count = 0;
}

static struct closure_resource *touch(struct closure *c, uint32_t resource)
{
    struct closure_resource *r = &c->resources[resource];
    if (!r->touched) {
        r->touched = true;
        c->touched = memory_grow32(c->touched, c->touched_count + 1, &c->touched_capacity, sizeof *c->touched);
        c->touched[c->touched_count++] = resource;
    }
    return r;
}

static void require(struct closure *c, uint32_t thread, uint32_t upto)
{
    if (c->upto[thread] >= upto)
        return;
    c->todo = memory_grow32(c->todo, c->todo_count + 1, &c->todo_capacity, sizeof *c->todo);
    c->todo[c->todo_count++] = (struct need){thread, upto};
}

static void require_release(struct closure *c, uint32_t thread, uint32_t acquired)
{
    const struct deed *deed = &c->history->threads[thread].deeds[acquired];
    if (deed->what == DEED_touch)
        return;
    if (deed->other == HISTORY_NONE)
        c->failed = true;
    else
        require(c, thread, deed->other + 1);
}

/* Whether the thread stands at last in a section of this lock, for which another waits. */
static bool is_spared(const struct closure *c, uint32_t thread, uint32_t resource)
{
    if (!c->rules.spare || c->history->resources[resource].tells)
        return false;
    for (uint32_t i = 0; i < c->wish_count; i++)
        if (c->wishes[i]->thread == thread && c->wishes[(i + c->wish_count - 1) % c->wish_count]->resource == resource)
            return true;
    return false;
}

/* Of two holds that exclude each other, the earlier one must be over. */
static void take_lock(struct closure *c, uint32_t thread, uint32_t number, const struct deed *deed)
{
    struct closure_resource *r = touch(c, deed->resource);
    if (!c->rules.locks)
        return;
    if (c->rules.data && deed->after_thread != HISTORY_NONE && (deed->what == DEED_touch || !is_spared(c, thread, deed->resource)))
        require(c, deed->after_thread, deed->after);
    for (uint32_t i = 0; i < r->open_count; i++) {
        const struct open_hold *open = &r->open[i];
        if ((!open->shared || !deed->shared) && open->seq < deed->seq)
            require_release(c, open->thread, open->deed);
    }
    uint32_t later = r->last_alone;
    if (!deed->shared && r->last_shared > later)
        later = r->last_shared;
    if (later > deed->seq + 1)
        require_release(c, thread, number);
    uint32_t *last = deed->shared ? &r->last_shared : &r->last_alone;
    if (*last < deed->seq + 1)
        *last = deed->seq + 1;
    if (deed->what == DEED_touch)
        return;
    r->open = memory_grow32(r->open, r->open_count + 1, &r->open_capacity, sizeof *r->open);
    r->open[r->open_count++] = (struct open_hold){thread, number, deed->seq, deed->shared};
}

static void give_lock(struct closure *c, uint32_t thread, const struct deed *deed)
{
    struct closure_resource *r = touch(c, deed->resource);
    const struct deed *taken = &c->history->threads[thread].deeds[deed->other];
    if (c->rules.locks && c->rules.data && taken->after_thread != HISTORY_NONE) /* it didn't stand there at last */
        require(c, taken->after_thread, taken->after);
    for (uint32_t i = 0; i < r->open_count; i++)
        if (r->open[i].thread == thread) {
            r->open[i] = r->open[--r->open_count];
            return;
        }
}

static void take_in(struct closure *c, uint32_t thread, uint32_t number)
{
    const struct history *h = c->history;
    const struct deed *deed = &h->threads[thread].deeds[number];
    struct closure_resource *r;
    switch ((enum deed_what)deed->what) {
    case DEED_acquire:
    case DEED_touch:
        take_lock(c, thread, number, deed);
        break;
    case DEED_release:
        give_lock(c, thread, deed);
        break;
    case DEED_need:
        if (!(deed->soft && c->rules.hard_only))
            require(c, h->needs[deed->other].thread, h->needs[deed->other].upto);
        break;
    case DEED_wait:
        touch(c, deed->resource)->arrived++;
        break;
    case DEED_wake:
        r = touch(c, deed->resource);
        r->given++;
        if (r->last_wake < deed->seq + 1)
            r->last_wake = deed->seq + 1;
        break;
    case DEED_take:
        r = touch(c, deed->resource);
        r->given--;
        if (h->resources[deed->resource].kind == RESOURCE_barrier && r->rounds < deed->other + 1)
            r->rounds = deed->other + 1;
        break;
    }
}

bool closure_reach(struct closure *c, uint32_t thread, uint32_t upto)
{
    require(c, thread, upto);
    while (c->todo_count && !c->failed) {
        struct need next = c->todo[--c->todo_count];
        uint32_t from = c->upto[next.thread];
        if (from >= next.upto)
            continue;
        if (!from) {
            c->moved = memory_grow32(c->moved, c->moved_count + 1, &c->moved_capacity, sizeof *c->moved);
            c->moved[c->moved_count++] = next.thread;
        }
        c->upto[next.thread] = next.upto;
        c->steps += next.upto - from;
        for (uint32_t i = from; i < next.upto; i++)
            take_in(c, next.thread, i);
    }
    c->todo_count = 0;
    return !c->failed;
}

uint32_t closure_changed(const struct closure *c, uint32_t *resource)
{
    for (uint32_t i = 0; i < c->moved_count; i++) {
        uint32_t thread = c->moved[i];
        for (uint32_t d = 0; d < c->upto[thread]; d++) {
            const struct deed *deed = &c->history->threads[thread].deeds[d];
            bool stands = deed->what == DEED_acquire && deed->other >= c->upto[thread] && is_spared(c, thread, deed->resource);
            if (deed->after_thread == HISTORY_NONE || c->upto[deed->after_thread] >= deed->after || stands)
                continue;
            *resource = deed->resource;
            return thread;
        }
    }
    return HISTORY_NONE;
}
