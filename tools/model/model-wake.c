/* SPDX-License-Identifier: MIT */
/*
 * Who let a waiter go on. A trace says who woke an object and whose wait on it ended, not which wake ended which
 * wait: wakes that found waiters are kept in order, and the oldest one that came after a wait began is taken for it.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include "model/model-inner.h"

void waker_set(struct waker *waker, struct thread *thread, int64_t time_ns, uint64_t site)
{
    if (waker->thread != thread) {
        thread_ref(thread);
        thread_unref(waker->thread);
    }
    *waker = (struct waker){thread, time_ns, site};
}

void waker_clear(struct waker *waker)
{
    thread_unref(waker->thread);
    *waker = (struct waker){0};
}

static void forget_wake(struct wakes *wakes, uint32_t index)
{
    waker_clear(&wakes->at[index].waker);
    wakes->count--;
    memmove(&wakes->at[index], &wakes->at[index + 1], (wakes->count - index) * sizeof wakes->at[0]);
}

void wakes_free(struct object *object)
{
    struct wakes *wakes = object->wakes;
    if (!wakes)
        return;
    while (wakes->count)
        forget_wake(wakes, wakes->count - 1);
    free(wakes->at);
    free(wakes);
    object->wakes = NULL;
}

static uint32_t all_left(const struct wakes *wakes)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < wakes->count; i++)
        sum += wakes->at[i].left;
    return sum;
}

/* Keeps a wake for up to `left` of the waiters there are; older ones give way, theirs have gone without them. */
static void keep(struct object *object, const struct waker *waker, uint32_t left)
{
    if (!object->wakes)
        object->wakes = memory_new(1, sizeof *object->wakes);
    struct wakes *wakes = object->wakes;
    while (wakes->count && all_left(wakes) + left > object->waiter_count)
        forget_wake(wakes, 0);
    wakes->at = memory_grow32(wakes->at, wakes->count + 1, &wakes->capacity, sizeof *wakes->at);
    struct wake_left *wake = &wakes->at[wakes->count++];
    *wake = (struct wake_left){.left = left};
    waker_set(&wake->waker, waker->thread, waker->time_ns, waker->site);
}

void wakes_post(struct object *object, const struct waker *waker)
{
    if (object->waiter_count)
        keep(object, waker, 1);
}

void on_wake(struct thread *thread, const struct thrum_event_wake *event)
{
    struct model *model = thread->process->model;
    struct object *object = object_get(thread->process, event->kind, event->object);
    struct waker waker = {thread, model->now, event->site};
    if (object->kind != THRUM_kind_condition) /* a condition forgets a wake that nobody waits for */
        waker_set(&object->last_release, thread, model->now, event->site);
    if (object->waiter_count)
        keep(object, &waker, event->scope == THRUM_scope_all ? object->waiter_count : 1);
    TELL(model, woke, thread, object, event->scope, event->site);
}

/* All that wait at a barrier go on when the last has come. `self`, the first to go on, has just left the waiters. */
static void barrier_opens(struct object *barrier, struct thread *self, const struct blocked *was)
{
    struct waker last = {self, was->since_ns, was->site};
    for (uint32_t i = 0; i < barrier->waiter_count; i++) {
        struct thread *waiter = barrier->waiters[i];
        if (waiter->blocked.since_ns > last.time_ns)
            last = (struct waker){waiter, waiter->blocked.since_ns, waiter->blocked.site};
    }
    keep(barrier, &last, barrier->waiter_count + 1);
}

/* Takes the oldest wake since the wait began; false where there is none. */
static bool take_wake(struct object *object, const struct blocked *was, struct waker *waker)
{
    struct wakes *wakes = object->wakes;
    for (uint32_t i = 0; wakes && i < wakes->count; i++) {
        struct wake_left *wake = &wakes->at[i];
        if (wake->waker.time_ns < was->since_ns)
            continue;
        waker_set(waker, wake->waker.thread, wake->waker.time_ns, wake->waker.site);
        if (!--wake->left)
            forget_wake(wakes, i);
        return true;
    }
    return false;
}

bool blocked_is_woken(const struct blocked *blocked)
{
    const struct wakes *wakes = blocked->object->wakes;
    for (uint32_t i = 0; wakes && i < wakes->count; i++)
        if (wakes->at[i].waker.time_ns >= blocked->since_ns)
            return true;
    return false;
}

static void find_waker(struct thread *thread, const struct blocked *was, struct waker *waker)
{
    struct object *object = was->object;
    struct thread *joined = object->thread;
    const struct waker *last = &object->last_release;
    if (object->kind == THRUM_kind_thread) {
        if (joined && joined->ended)
            waker_set(waker, joined, joined->end_ns, 0);
    } else if (take_wake(object, was, waker)) {
        return;
    } else if (object->kind == THRUM_kind_barrier) {
        barrier_opens(object, thread, was);
        take_wake(object, was, waker);
    } else if (last->thread)
        waker_set(waker, last->thread, last->time_ns, last->site);
}

void wakes_end(struct thread *thread, const struct blocked *was, struct waker *waker)
{
    struct wakes *wakes = was->object->wakes;
    find_waker(thread, was, waker);
    if (!was->object->waiter_count)
        while (wakes && wakes->count)
            forget_wake(wakes, wakes->count - 1);
    if (waker->thread == thread)
        waker_clear(waker);
}
