/* SPDX-License-Identifier: MIT */
/*
 * Who made whom wait. While a thread waits for a lock, each holder is answerable for the time from when the wait began,
 * or when it got the lock, until it gave it back. All else that a thread waits for is its waker's affair up to the act
 * that let it go on. What is left is nobody's: the way from being woken to running, at whose end a lock may be gone again.
 */
#include "config.h"

#include "analyze/contention-inner.h"
#include "base/memory.h"

/* Beyond that many, what differs in its threads or object alone is taken together. */
enum { PAIRS_APART = 1 << 16 };

static uint64_t hash_of(const struct pair *pair)
{
    const struct entry *const parts[] = {pair->object, pair->waiter, pair->waiter_site, pair->holder, pair->holder_site};
    uint64_t hash = 1;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        hash = entry_hash(hash, (uint64_t)(uintptr_t)parts[i]);
    return hash;
}

static void refer(struct entry *entry)
{
    if (entry)
        entry->referred = true;
}

static struct pair *find_pair(struct contention *contention, struct pair like)
{
    uint64_t key = hash_of(&like);
    struct pair *pair = map_get(&contention->pairs, key);
    if (!pair && contention->pairs.count >= PAIRS_APART) {
        like.waiter = like.holder = like.object = NULL;
        key = hash_of(&like);
        pair = map_get(&contention->pairs, key);
    }
    if (pair)
        return pair;
    pair = memory_copy(&like, sizeof like);
    refer(pair->object);
    refer(pair->waiter);
    refer(pair->holder);
    map_put(&contention->pairs, key, pair);
    return pair;
}

/* All the time that a thread was blocked, up to now. */
static int64_t blocked_until(struct contention *contention, struct thread *thread, int64_t now)
{
    int64_t past = visitor_of(contention, thread)->blocked_ns;
    return thread->blocked.what == BLOCKING_no ? past : past + (now - thread->blocked.since_ns);
}

static void watch(struct contention *contention, struct thread *waiter, const struct object *object, int64_t now)
{
    struct visitor *visitor = visitor_of(contention, waiter);
    visitor->watched = object->holder_count ? object->holders[0] : NULL; /* compared, never followed */
    visitor->watched_ns = visitor->watched ? blocked_until(contention, visitor->watched, now) : 0;
}

void blame_begin(struct contention *contention, struct thread *waiter, int64_t now)
{
    struct visitor *visitor = visitor_of(contention, waiter);
    visitor->since_ns = now;
    visitor->charged_ns = visitor->counted_ns = 0;
    if (waiter->blocked.what == BLOCKING_acquire)
        watch(contention, waiter, waiter->blocked.object, now);
}

void blame_taken(struct contention *contention, const struct object *object)
{
    int64_t now = model_totals(contention->model)->end_ns;
    for (uint32_t i = 0; i < object->waiter_count; i++)
        watch(contention, object->waiters[i], object, now);
}

/* Makes a thread answerable for the waiter's time from `from` to `to`. */
static void charge(struct contention *contention, struct thread *waiter, const struct blocked *blocked,
                   struct thread *holder, uint64_t holder_site, int64_t from, int64_t to)
{
    struct visitor *visitor = visitor_of(contention, waiter);
    struct entry *object = entry_of_object(contention, blocked->object, blocked->site);
    int64_t counted_ns = clip(contention, to) - clip(contention, from);
    bool chosen = chosen_thread(contention->chosen, waiter) || chosen_thread(contention->chosen, holder);
    visitor->since_ns = to;
    visitor->charged_ns += to - from;
    visitor->counted_ns += counted_ns;
    if (object->inner || !counted_ns || !chosen || !chosen_object(contention->chosen, blocked->object))
        return;
    struct pair *pair = find_pair(contention, (struct pair){
        .object = object,
        .waiter = visitor->entry,
        .waiter_site = entry_of_site(contention, waiter->process, blocked->site),
        .holder = visitor_of(contention, holder)->entry,
        .holder_site = entry_of_site(contention, holder->process, holder_site)});
    pair->count++;
    pair->wait_ns += counted_ns;
    if (visitor->watched == holder) {
        int64_t behind = blocked_until(contention, holder, to) - visitor->watched_ns;
        pair->behind_ns += behind < counted_ns ? behind : counted_ns;
    }
}

void blame_given_back(struct contention *contention, struct thread *holder, const struct hold *hold, int64_t now)
{
    const struct object *object = hold->object;
    if (!object_is_lock(object)) /* whoever posts lets a waiter go on, not who took it */
        return;
    for (uint32_t i = 0; i < object->waiter_count; i++) {
        struct thread *waiter = object->waiters[i];
        int64_t from = visitor_of(contention, waiter)->since_ns;
        if (waiter == holder || waiter->blocked.what != BLOCKING_acquire)
            continue;
        if (hold->since_ns > from)
            from = hold->since_ns;
        if (from < now)
            charge(contention, waiter, &waiter->blocked, holder, hold->site, from, now);
    }
}

void blame_end(struct contention *contention, struct thread *waiter, const struct blocked *was, struct waker waker,
               int64_t now, bool counted)
{
    struct visitor *visitor = visitor_of(contention, waiter);
    const struct object *object = was->object;
    bool lock = object_is_lock(object);
    if (waker.thread && waker.thread != waiter && !visitor->charged_ns && waker.time_ns > visitor->since_ns) {
        visitor->watched = NULL;
        charge(contention, waiter, was, waker.thread, waker.site, visitor->since_ns, waker.time_ns);
    } else if (!waker.thread && lock && object->holder_count && object->holders[0] != waiter) { /* in vain: it still holds it */
        const struct hold *hold = thread_hold(object->holders[0], object);
        int64_t from = hold->since_ns > visitor->since_ns ? hold->since_ns : visitor->since_ns;
        if (from < now)
            charge(contention, waiter, was, object->holders[0], hold->site, from, now);
    }
    if (counted && (waker.thread || lock))
        entry_of_object(contention, was->object, was->site)->row.woken_ns +=
            clip(contention, now) - clip(contention, was->since_ns) - visitor->counted_ns;
}
