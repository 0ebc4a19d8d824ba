/* SPDX-License-Identifier: MIT */
/* Remembers every wait and who ended it, for the critical path. */
#include "config.h"

#include "analyze/contention-inner.h"
#include "base/memory.h"

static void refer(struct entry *entry)
{
    if (entry)
        entry->referred = true;
}

/* What a waker does until the thread that it woke runs is little: a short way back. */
uint32_t past_by(const struct contention *contention, uint32_t walker, int64_t time_ns)
{
    uint32_t past = contention->walkers[walker].last;
    while (past != NO_PAST && contention->pasts[past].end_ns > time_ns)
        past = contention->pasts[past].before;
    return past;
}

static void add(struct contention *contention, struct past past)
{
    struct walker *walker = &contention->walkers[past.walker];
    if (contention->past_count == NO_PAST) /* 4 billion waits: the path goes as far back as this one */
        return;
    past.before = walker->last;
    past.waker_before = past.waker == NO_PAST ? NO_PAST : past_by(contention, past.waker, past.waker_ns);
    refer(past.object);
    contention->pasts = memory_grow(contention->pasts, contention->past_count + 1, &contention->past_capacity, sizeof past);
    contention->pasts[contention->past_count] = past;
    walker->last = (uint32_t)contention->past_count++;
}

static uint32_t walker_of(struct contention *contention, struct thread *thread)
{
    return visitor_of(contention, thread)->walker;
}

/* Since when a thread runs that was not seen to be created. */
static int64_t first_ns(const struct contention *contention, const struct thread *thread, int64_t now)
{
    int64_t begin_ns = thread->main ? thread->process->begin_ns : thread->begin_ns == MODEL_UNKNOWN_NS ? MODEL_UNKNOWN_NS : now;
    return begin_ns == MODEL_UNKNOWN_NS ? model_totals(contention->model)->begin_ns : begin_ns;
}

void past_begun(struct contention *contention, struct thread *thread, int64_t now)
{
    uint32_t walker = walker_of(contention, thread);
    contention->walkers[walker].begin_ns = first_ns(contention, thread, now);
    contention->walkers[walker].pid = thread->process->pid;
    contention->walkers[walker].tid = thread->tid;
    int64_t spawn_ns = thread->spawn_ns;
    if (thread->parent && spawn_ns != MODEL_UNKNOWN_NS)
        add(contention, (struct past){.begin_ns = spawn_ns, .end_ns = now, .waker_ns = spawn_ns, .taken_ns = spawn_ns,
                                      .walker = walker, .waker = walker_of(contention, thread->parent)});
}

void past_given_back(struct contention *contention, const struct hold *hold, int64_t now)
{
    if (hold->object->waiter_count && object_is_lock(hold->object))
        entry_of_object(contention, hold->object, hold->site)->given = (struct given){now, hold->since_ns, hold->site};
}

/* Who gets a condition's mutex back late was kept by who gave that back last, not by who woke it. */
static struct waker last_in_the_way(const struct thread *thread, const struct blocked *was, struct waker waker)
{
    const struct waker *mutex = was->mutex ? &was->mutex->last_release : NULL;
    bool later = waker.thread && mutex && mutex->thread && mutex->thread != thread && mutex->time_ns > waker.time_ns;
    return later ? *mutex : waker;
}

void past_waited(struct contention *contention, struct thread *thread, const struct blocked *was, struct waker waker, int64_t now)
{
    struct entry *object = entry_of_object(contention, was->object, was->site);
    if (was->object->kind == THRUM_kind_barrier && !waker.thread) /* the last to come waits for nobody */
        return;
    waker = last_in_the_way(thread, was, waker);
    struct past past = {.begin_ns = was->since_ns, .end_ns = now, .waker_ns = was->since_ns, .walker = walker_of(contention, thread),
                        .waker = NO_PAST, .lock = was->what == BLOCKING_acquire, .object = object,
                        .site = entry_of_site(contention, thread->process, was->site)};
    if (waker.thread && waker.thread != thread) {
        past.waker = walker_of(contention, waker.thread);
        past.waker_ns = waker.time_ns;
        past.free = waker.time_ns <= was->since_ns;
    }
    past.taken_ns = past.waker_ns;
    if (past.waker != NO_PAST && past.lock && object->given.time_ns == waker.time_ns) {
        past.taken_ns = object->given.since_ns;
        past.taken_site = entry_of_site(contention, waker.thread->process, object->given.site);
    }
    add(contention, past);
}
