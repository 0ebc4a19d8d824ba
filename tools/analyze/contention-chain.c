/* SPDX-License-Identifier: MIT */
/*
 * The chains behind the longest waits: who waits for a lock whose holder itself waits for another, and so on. The longest
 * chain that a wait had is kept for it while it goes on, and for good where it is one of the longest waits.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include "analyze/contention-inner.h"
#include "base/memory.h"

/* The thread that a blocked thread waits for, where one is known: of a lock that is held, or a thread that is joined. */
static struct thread *in_the_way(const struct thread *thread)
{
    const struct blocked *blocked = &thread->blocked;
    if (blocked->what == BLOCKING_no)
        return NULL;
    if (blocked->object->kind == THRUM_kind_thread)
        return blocked->object->thread;
    if (blocked->what != BLOCKING_acquire || !blocked->object->holder_count)
        return NULL;
    return blocked->object->holders[0] == thread ? NULL : blocked->object->holders[0];
}

static bool is_among(const struct thread *thread, struct thread *const *seen, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (seen[i] == thread)
            return true;
    return false;
}

/* Who is in the way of `thread`, who in the way of that one, and so on, until there is nobody or one again. */
static unsigned walk(struct contention *contention, struct thread *thread, struct link links[CONTENTION_LINKS], bool *circle)
{
    unsigned count = 0;
    struct thread *holder, *seen[CONTENTION_LINKS];
    *circle = false;
    for (; !*circle && count < CONTENTION_LINKS && (holder = in_the_way(thread)); thread = holder) {
        const struct hold *hold = thread_hold(holder, thread->blocked.object);
        seen[count] = thread;
        *circle = is_among(holder, seen, count + 1);
        links[count++] = (struct link){
            .object = entry_of_object(contention, thread->blocked.object, thread->blocked.site),
            .holder = visitor_of(contention, holder)->entry,
            .holder_site = hold ? entry_of_site(contention, holder->process, hold->site) : NULL,
        };
    }
    return count;
}

static void lengthen(struct contention *contention, struct thread *waiter, unsigned depth)
{
    struct visitor *visitor = visitor_of(contention, waiter);
    struct link links[CONTENTION_LINKS];
    bool circle;
    unsigned count = walk(contention, waiter, links, &circle);
    if (count > visitor->link_count) {
        memcpy(visitor->links, links, sizeof links);
        visitor->link_count = count;
        visitor->circle = circle;
    }
    if (depth == CONTENTION_LINKS)
        return;
    for (uint32_t i = 0; i < waiter->held_count; i++) {
        const struct object *object = waiter->held[i].object;
        for (uint32_t j = 0; j < object->waiter_count; j++)
            if (object->waiters[j]->blocked.what == BLOCKING_acquire)
                lengthen(contention, object->waiters[j], depth + 1);
    }
}

void chain_begin(struct contention *contention, struct thread *waiter)
{
    visitor_of(contention, waiter)->link_count = 0;
    lengthen(contention, waiter, 0);
}

static void refer(struct entry *entry)
{
    if (entry)
        entry->referred = true;
}

static void keep(struct contention *contention, const struct chain *chain)
{
    size_t at = contention->chain_count;
    if (at == CONTENTION_CHAINS && contention->chains[at - 1].wait_ns >= chain->wait_ns)
        return;
    if (at == CONTENTION_CHAINS)
        at--;
    else
        contention->chain_count++;
    for (; at > 0 && contention->chains[at - 1].wait_ns < chain->wait_ns; at--)
        contention->chains[at] = contention->chains[at - 1];
    contention->chains[at] = *chain;
    refer(chain->waiter);
    for (unsigned i = 0; i < chain->link_count; i++) {
        refer(chain->links[i].object);
        refer(chain->links[i].holder);
    }
}

void chain_end(struct contention *contention, struct thread *waiter, const struct blocked *was, int64_t now)
{
    struct visitor *visitor = visitor_of(contention, waiter);
    struct chain chain = {.waiter = visitor->entry, .waiter_site = entry_of_site(contention, waiter->process, was->site),
                          .wait_ns = clip(contention, now) - clip(contention, was->since_ns), .link_count = visitor->link_count, .circle = visitor->circle};
    memcpy(chain.links, visitor->links, sizeof chain.links);
    visitor->link_count = 0;
    if (chain.link_count > 1 && touches_range(contention, was->since_ns, now) && is_chosen(contention, waiter, was->object) && !chain.links[0].object->inner) /* one alone is a pair */
        keep(contention, &chain);
}
