/* SPDX-License-Identifier: MIT */
/* The first reading: which waits hold locks, who wakes whom, and which semaphores are no locks. */
#include "config.h"

#include <stdlib.h>
#include "analyze/predict.h"
#include "base/memory.h"

struct waking {
    uint64_t object, thread;
};

/* Something was waited for while a lock was held, or what may turn out to be one. */
struct holding {
    uint64_t waited, held;
    bool counted_waited, counted_held; /* it takes the whole trace to know whether these are locks */
};

struct scan {
    struct model *model;
    int slot;
    struct hints *hints;
    struct map proven; /* id + 1 of semaphores and locks that their holder gave back */
    struct map held_known; /* holdings */
    struct holding *holdings;
    size_t holding_count, holding_capacity;
    struct map known; /* wakings */
    struct waking *wakings;
    size_t waking_count, waking_capacity;
};

static void put(struct map *map, uint64_t id)
{
    map_put(map, id + 1, map);
}

/* The one thread that does it, or that there are many. */
static void note_one(struct map *map, uint64_t object, uint64_t thread)
{
    uintptr_t known = (uintptr_t)map_get(map, object + 1), one = (uintptr_t)thread + 2;
    if (known != one)
        map_put(map, object + 1, (void *)(known ? (uintptr_t)HINT_MANY : one));
}

static void note_waking(struct scan *scan, uint64_t object, uint64_t thread)
{
    uint64_t key = (object + 1) * 0x9e3779b97f4a7c15u ^ thread;
    if (map_get(&scan->known, key))
        return;
    map_put(&scan->known, key, scan);
    note_one(&scan->hints->wakers, object, thread);
    uintptr_t count = (uintptr_t)map_get(&scan->hints->waker_counts, object + 1);
    map_put(&scan->hints->waker_counts, object + 1, (void *)(count + 1));
    scan->wakings = memory_grow(scan->wakings, scan->waking_count + 1, &scan->waking_capacity, sizeof *scan->wakings);
    scan->wakings[scan->waking_count++] = (struct waking){object, thread};
}

/* What any thread may give back. */
static bool is_counted(const struct object *object)
{
    return object->kind == THRUM_kind_semaphore || object->kind == THRUM_kind_lock;
}

/* The thread waits for that with what it holds, but for that itself. */
static void note_holdings(struct scan *scan, const struct thread *thread, const struct object *waited)
{
    for (uint32_t i = 0; i < thread->held_count; i++) {
        const struct object *held = thread->held[i].object;
        uint64_t key = (waited->id + 1) * 0x9e3779b97f4a7c15u ^ held->id;
        if (held == waited || map_get(&scan->held_known, key))
            continue;
        map_put(&scan->held_known, key, scan);
        scan->holdings = memory_grow(scan->holdings, scan->holding_count + 1, &scan->holding_capacity, sizeof *scan->holdings);
        scan->holdings[scan->holding_count++] = (struct holding){waited->id, held->id, is_counted(waited), is_counted(held)};
    }
}

/* Waits whose end is another thread's doing, and is told of. */
static bool is_told(const struct object *object)
{
    return object->kind != THRUM_kind_signal && object->kind != THRUM_kind_process && object->kind != THRUM_kind_futex &&
           object->kind != THRUM_kind_unknown;
}

static void blocked(void *self, int64_t now, struct thread *thread)
{
    struct scan *scan = self;
    const struct blocked *blocked = &thread->blocked;
    struct object *object = blocked->object;
    (void)now;
    if (blocked->what != BLOCKING_wait)
        return;
    note_one(&scan->hints->takers, object->id, thread->id);
    if (object->kind == THRUM_kind_barrier)
        note_waking(scan, object->id, thread->id);
    if (object->thread)
        note_waking(scan, object->id, object->thread->id);
    if (thread->held_count && blocked->how == THRUM_how_block && is_told(object))
        note_holdings(scan, thread, object);
}

/*
 * Who makes a semaphore and takes it before anybody else had to do with it, doesn't wait: so does whoever sets up a gate to wait
 * at, as Python's conditions do for each wait.
 */
static bool is_just_made(const struct acquisition *got)
{
    const struct object *object = got->object;
    return object->birth_thread == got->thread->id + 1 && object->acquires == 1 && object->value && !object->last_release.thread &&
           !got->blocked;
}

static void acquired(void *self, int64_t now, const struct acquisition *got)
{
    struct scan *scan = self;
    (void)now;
    if (is_counted(got->object)) {
        if (!object_is_lock(got->object))
            put(&scan->hints->signals, got->object->id);
        note_one(&scan->hints->takers, got->object->id, got->thread->id);
        if (got->how == THRUM_how_block && !is_just_made(got))
            note_holdings(scan, got->thread, got->object);
    } else if (!got->hold) {
        note_one(&scan->hints->takers, got->object->id, got->thread->id);
        if (got->how == THRUM_how_block && is_told(got->object))
            note_holdings(scan, got->thread, got->object);
    }
}

static void released(void *self, int64_t now, struct thread *thread, const struct hold *hold, uint64_t site)
{
    struct scan *scan = self;
    (void)now, (void)site;
    if (!is_counted(hold->object))
        return;
    note_waking(scan, hold->object->id, thread->id);
    if (!map_get(&scan->proven, hold->object->id + 1))
        put(&scan->proven, hold->object->id);
}

static void posted(void *self, int64_t now, struct thread *thread, struct object *object, uint64_t site)
{
    (void)now, (void)site;
    if (is_counted(object))
        note_waking(self, object->id, thread->id);
}

static void woke(void *self, int64_t now, struct thread *thread, struct object *object, enum thrum_scope scope, uint64_t site)
{
    (void)now, (void)scope, (void)site;
    note_waking(self, object->id, thread->id);
}

static void object_signals(void *self, int64_t now, struct object *object)
{
    (void)now;
    put(&((struct scan *)self)->hints->signals, object->id);
}

static const struct model_ops ops = {
    .blocked = blocked,
    .acquired = acquired,
    .released = released,
    .posted = posted,
    .woke = woke,
    .object_signals = object_signals,
};

struct scan *scan_new(struct model *model)
{
    struct scan *scan = memory_new(1, sizeof *scan);
    scan->hints = memory_new(1, sizeof *scan->hints);
    scan->model = model;
    scan->slot = model_subscribe(model, &ops, scan);
    return scan;
}

struct hints *scan_hints(struct scan *scan)
{
    struct hints *hints = scan->hints;
    for (size_t i = 0; i < scan->holding_count; i++) {
        const struct holding *holding = &scan->holdings[i];
        bool waits = !holding->counted_waited || map_get(&hints->signals, holding->waited + 1);
        bool holds = !holding->counted_held || (!map_get(&hints->signals, holding->held + 1) && map_get(&scan->proven, holding->held + 1));
        if (!waits || !holds)
            continue;
        put(&hints->waited, holding->waited);
        put(&hints->held, holding->held);
        put(&hints->leading, holding->held);
    }
    for (size_t i = 0; i < scan->waking_count; i++)
        if (map_get(&hints->waited, scan->wakings[i].object + 1))
            put(&hints->obliged, scan->wakings[i].thread);
    scan->hints = NULL;
    return hints;
}

void scan_free(struct scan *scan)
{
    model_unsubscribe(scan->model, scan->slot);
    map_free(&scan->proven);
    map_free(&scan->held_known);
    free(scan->holdings);
    map_free(&scan->known);
    free(scan->wakings);
    hints_free(scan->hints);
    free(scan);
}

void hints_free(struct hints *hints)
{
    if (!hints)
        return;
    map_free(&hints->orders);
    map_free(&hints->waited);
    map_free(&hints->held);
    map_free(&hints->leading);
    map_free(&hints->signals);
    map_free(&hints->wakers);
    map_free(&hints->takers);
    map_free(&hints->waker_counts);
    map_free(&hints->obliged);
    free(hints);
}
