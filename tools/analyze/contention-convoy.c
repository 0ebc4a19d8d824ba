/* SPDX-License-Identifier: MIT */
/* Convoys: lines of threads for a lock that don't get empty, so that each hand-over wakes a thread. */
#include "config.h"

#include <stdlib.h>
#include "analyze/contention-inner.h"
#include "base/memory.h"

/* Who stands in line for an object, from when the first began to wait until nobody does. */
struct line {
    bool stands;
    int64_t begin_ns;
    uint64_t handovers;
    uint32_t waiters; /* the most at once */
    const struct entry *threads[CONVOY_THREADS_MAX]; /* that got it; compared, never followed */
    uint32_t thread_count;
    bool held;
    int64_t held_since_ns, held_ns;
};

static struct line *line_of(struct entry *entry)
{
    return entry && entry->line && entry->line->stands ? entry->line : NULL;
}

void convoy_joined(struct contention *contention, struct thread *waiter, int64_t now)
{
    const struct object *object = waiter->blocked.object;
    struct entry *entry = object->slots[contention->slot];
    if (waiter->blocked.what != BLOCKING_acquire || !object_is_lock(object))
        return;
    if (!entry->line)
        entry->line = memory_new(1, sizeof *entry->line);
    struct line *line = entry->line;
    if (!line->stands)
        *line = (struct line){.stands = true, .begin_ns = now, .held = object->holder_count > 0, .held_since_ns = now};
    if (object->waiter_count > line->waiters)
        line->waiters = object->waiter_count;
}

static void add_thread(struct line *line, const struct entry *thread)
{
    for (uint32_t i = 0; i < line->thread_count; i++)
        if (line->threads[i] == thread)
            return;
    if (line->thread_count < CONVOY_THREADS_MAX)
        line->threads[line->thread_count++] = thread;
}

void convoy_left(struct contention *contention, struct thread *waiter, const struct blocked *was, bool got, int64_t now)
{
    struct entry *entry = was->object->slots[contention->slot];
    struct line *line = line_of(entry);
    if (!line || was->what != BLOCKING_acquire)
        return;
    bool counted = got && in_range(contention, now);
    line->handovers += counted;
    if (counted)
        add_thread(line, visitor_of(contention, waiter)->entry);
    if (!was->object->waiter_count)
        convoy_end(contention, entry, now);
}

void convoy_taken(struct contention *contention, const struct object *object, int64_t now)
{
    struct line *line = line_of(object->slots[contention->slot]);
    if (!line || line->held)
        return;
    line->held = true;
    line->held_since_ns = now;
}

static void stop_holding(const struct contention *contention, struct line *line, int64_t now)
{
    if (line->held)
        line->held_ns += clip(contention, now) - clip(contention, line->held_since_ns);
    line->held = false;
}

void convoy_given_back(struct contention *contention, const struct object *object, int64_t now)
{
    struct line *line = line_of(object->slots[contention->slot]);
    if (line && !object->holder_count)
        stop_holding(contention, line, now);
}

void convoy_end(const struct contention *contention, struct entry *entry, int64_t now)
{
    struct line *line = line_of(entry);
    if (!line)
        return;
    stop_holding(contention, line, now);
    line->stands = false;
    if (line->handovers < CONVOY_LEAST || line->thread_count < CONVOY_THREADS)
        return;
    int64_t time_ns = clip(contention, now) - clip(contention, line->begin_ns);
    struct contention_convoys one = {1, line->handovers, time_ns, line->held_ns, time_ns, line->thread_count, line->waiters};
    contention_add_convoys(&entry->row.convoys, &one);
}
