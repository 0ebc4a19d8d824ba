/* SPDX-License-Identifier: MIT */
/*
 * Events. The word counts the sets, so that a waiter knows that it was set while it slept even where it has been
 * cleared since; its value changes with every set, and a wait that another 2^30 sets pass by in one go is missed.
 */
#include "thrum/event.h"

#include <pthread.h>
#include "object.h"
#include "wait.h"

enum { SET = 1, WAITED_FOR = 2, COUNT = 4 };

static const struct object_birth birth = { .kind = THRUM_kind_event };

static void begin(struct thrum_event *event, const char *name, unsigned flags, const void *site)
{
    object_begin(&event->object, OBJECT_EVENT, flags);
    annotate_atomic(&event->word);
    atomic_init(&event->word, 0);
    if (probe_on())
        object_announce(&event->object, event, &birth, name, site);
}

int thrum_event_init(struct thrum_event *event, const char *name)
{
    begin(event, name, 0, SITE);
    return 0;
}

int thrum_event_create(struct thrum_event **event, const char *name)
{
    *event = malloc(sizeof **event);
    if (!*event)
        return ENOMEM;
    begin(*event, name, OBJECT_ON_HEAP, SITE);
    return 0;
}

int thrum_event_destroy(struct thrum_event *event)
{
    object_check(&event->object, OBJECT_EVENT);
    annotate_after(event);
    object_end(&event->object, event, THRUM_kind_event, SITE);
    return 0;
}

int thrum_event_set(struct thrum_event *event)
{
    object_check(&event->object, OBJECT_EVENT);
    annotate_atomic(&event->word);
    if (object_probed(&event->object, event, &birth, SITE))
        probe_wake(event, THRUM_kind_event, THRUM_scope_all, SITE);
    annotate_before(event);
    uint32_t old = atomic_load_explicit(&event->word, memory_order_relaxed), new;
    do {
        /* Set already: written all the same, so that this set, too, happens before the waits to come. */
        new = old & SET ? old : ((old + COUNT) & ~(uint32_t)WAITED_FOR) | SET;
    } while (!atomic_compare_exchange_weak(&event->word, &old, new));
    if (old & WAITED_FOR)
        wait_wake(&event->word, INT32_MAX);
    return 0;
}

int thrum_event_clear(struct thrum_event *event)
{
    object_check(&event->object, OBJECT_EVENT);
    annotate_atomic(&event->word);
    atomic_fetch_and(&event->word, ~(uint32_t)SET);
    return 0;
}

bool thrum_event_is_set(const struct thrum_event *event)
{
    object_check(&event->object, OBJECT_EVENT);
    annotate_atomic(&event->word);
    bool set = atomic_load_explicit(&event->word, memory_order_acquire) & SET;
    if (set)
        annotate_after(event);
    return set;
}

struct unwinding {
    struct thrum_event *event;
    const void *site;
};

static void unwind(void *argument)
{
    struct unwinding *wait = argument;
    probe_wait_end(wait->event, THRUM_kind_event, NULL, THRUM_result_cancelled, wait->site);
}

/* Sleeps until the event has been set since it was `seen`. */
static int sleep_until_set(struct thrum_event *event, uint32_t seen, struct wait_limit *limit)
{
    uint32_t now = seen;
    while (!(now & SET) && (now ^ seen) < COUNT) {
        if (!(now & WAITED_FOR)) {
            if (!atomic_compare_exchange_weak(&event->word, &now, now | WAITED_FOR))
                continue;
            now |= WAITED_FOR;
        }
        int result = wait_on(&event->word, now, limit, WAIT_CANCELLABLE);
        if (result < 0)
            return -result;
        now = atomic_load_explicit(&event->word, memory_order_acquire);
    }
    annotate_after(event);
    return 0;
}

static int wait_blocking(struct thrum_event *event, uint32_t seen, struct wait_limit *limit, bool probed,
                         const void *site)
{
    if (!probed)
        return sleep_until_set(event, seen, limit);
    struct unwinding wait = { event, site };
    int result = probe_wait_begin(event, THRUM_kind_event, NULL, wait_limit_left(limit), site);
    pthread_cleanup_push(unwind, &wait);
    if (result == 0)
        result = sleep_until_set(event, seen, limit);
    pthread_cleanup_pop(0);
    probe_wait_end(event, THRUM_kind_event, NULL, result, site);
    return result;
}

static inline int await(struct thrum_event *event, struct wait_limit *limit, const void *site)
{
    object_check(&event->object, OBJECT_EVENT);
    annotate_atomic(&event->word);
    bool probed = object_probed(&event->object, event, &birth, site);
    uint32_t seen = atomic_load_explicit(&event->word, memory_order_acquire);
    if (!(seen & SET))
        return wait_blocking(event, seen, limit, probed, site);
    annotate_after(event);
    if (probed)
        probe_acquire(event, THRUM_kind_event, THRUM_mode_shared, wait_limit_how(limit), site);
    return 0;
}

int thrum_event_wait(struct thrum_event *event)
{
    return await(event, NULL, SITE);
}

int thrum_event_wait_for(struct thrum_event *event, int64_t nanoseconds)
{
    struct wait_limit space, *limit;
    int result = wait_limit_for(&space, nanoseconds, &limit);
    return result < 0 ? -result : await(event, limit, SITE);
}

int thrum_event_wait_until(struct thrum_event *event, const struct timespec *deadline)
{
    struct wait_limit space, *limit;
    int result = wait_limit_until(&space, deadline, &limit);
    return result < 0 ? -result : await(event, limit, SITE);
}
