/* SPDX-License-Identifier: MIT */
/* Who holds which mutex and who wants it, as LTTng's pthread wrapper tells. */
#include "config.h"
#include "trace/wrapper.h"

#include <stdlib.h>
#include <string.h>
#include "base/map.h"
#include "base/memory.h"

/* A thread that asked for a mutex, or that lost it to another and is about to tell of the unlock. */
struct party {
    int32_t tid;
    bool owes; /* the latter */
    bool told; /* that it waits */
};

struct mutex {
    int32_t holder; /* 0: none, as far as is known */
    uint32_t depth;
    struct party *parties;
    size_t count, capacity;
};

struct wrapper {
    struct map processes; /* of maps of mutexes */
    struct trace_event *made;
    size_t next, count, capacity;
    uint64_t site; /* of the event given: its stack */
};

enum wrapper_what wrapper_what(const char *name)
{
    static const char *const names[] = {[WRAPPER_request] = "pthread_mutex_lock_req", [WRAPPER_got] = "pthread_mutex_lock_acq",
                                        [WRAPPER_tried] = "pthread_mutex_trylock", [WRAPPER_unlocked] = "pthread_mutex_unlock"};
    static const char provider[] = "lttng_ust_pthread:";
    for (int what = WRAPPER_request; what <= WRAPPER_unlocked && !strncmp(name, provider, sizeof provider - 1); what++)
        if (strcmp(name + sizeof provider - 1, names[what]) == 0)
            return (enum wrapper_what)what;
    return WRAPPER_none;
}

struct wrapper *wrapper_new(void)
{
    return memory_new(1, sizeof(struct wrapper));
}

static void mutexes_free(struct map *mutexes)
{
    size_t place = 0;
    for (const struct map_entry *entry; (entry = map_next(mutexes, &place));) {
        free(((struct mutex *)entry->value)->parties);
        free(entry->value);
    }
    map_free(mutexes);
    free(mutexes);
}

void wrapper_free(struct wrapper *w)
{
    size_t place = 0;
    for (const struct map_entry *entry; (entry = map_next(&w->processes, &place));)
        mutexes_free(entry->value);
    map_free(&w->processes);
    free(w->made);
    free(w);
}

static void *find(struct map *map, uint64_t key, size_t size)
{
    void *value = map_get(map, key);
    if (!value) {
        value = memory_new(1, size);
        map_put(map, key, value);
    }
    return value;
}

static struct party *party_of(struct mutex *mutex, int32_t tid, bool owes)
{
    for (size_t i = 0; i < mutex->count; i++)
        if (mutex->parties[i].tid == tid && mutex->parties[i].owes == owes)
            return &mutex->parties[i];
    return NULL;
}

static struct party *party_add(struct mutex *mutex, int32_t tid, bool owes)
{
    mutex->parties = memory_grow(mutex->parties, mutex->count + 1, &mutex->capacity, sizeof *mutex->parties);
    mutex->parties[mutex->count] = (struct party){.tid = tid, .owes = owes};
    return &mutex->parties[mutex->count++];
}

static void party_remove(struct mutex *mutex, struct party *party)
{
    *party = mutex->parties[--mutex->count];
}

/* --- events --- */

static struct trace_event *make(struct wrapper *w, const struct wrapper_told *told, int32_t tid, enum thrum_event_id id)
{
    w->made = memory_grow(w->made, w->count + 1, &w->capacity, sizeof *w->made);
    struct trace_event *event = &w->made[w->count++];
    *event = (struct trace_event){.id = id, .time_ns = told->time_ns};
    event->record.common = (struct thrum_event_common){told->who.pid, tid};
    return event;
}

static uint8_t result_of(int status)
{
    return status >= 0 && status < THRUM_result_shutdown ? (uint8_t)status : THRUM_result_other;
}

static void make_release(struct wrapper *w, const struct wrapper_told *told, int32_t tid, uint64_t site)
{
    struct thrum_event_release *it = &make(w, told, tid, THRUM_EVENT_release)->record.release;
    it->object = told->mutex;
    it->kind = THRUM_kind_mutex;
    it->mode = THRUM_mode_exclusive;
    it->site = site;
}

static void make_wait(struct wrapper *w, const struct wrapper_told *told, struct party *party, uint64_t site)
{
    struct thrum_event_acquire_begin *it = &make(w, told, party->tid, THRUM_EVENT_acquire_begin)->record.acquire_begin;
    it->object = told->mutex;
    it->kind = THRUM_kind_mutex;
    it->mode = THRUM_mode_exclusive;
    it->timeout = -1;
    it->site = site;
    party->told = true;
}

static void make_got(struct wrapper *w, const struct wrapper_told *told, bool waited, uint8_t result)
{
    const enum thrum_event_id id = waited ? THRUM_EVENT_acquire_end : result ? THRUM_EVENT_acquire_fail : THRUM_EVENT_acquire;
    struct trace_event *event = make(w, told, told->who.tid, id);
    const uint8_t how = told->what == WRAPPER_tried ? THRUM_how_try : THRUM_how_block;
    const struct thrum_event_common who = event->record.common;
    if (waited)
        event->record.acquire_end = (struct thrum_event_acquire_end){who, told->mutex, THRUM_kind_mutex, THRUM_mode_exclusive, how, result, told->site};
    else if (result)
        event->record.acquire_fail = (struct thrum_event_acquire_fail){who, told->mutex, THRUM_kind_mutex, THRUM_mode_exclusive, how, result, told->site};
    else
        event->record.acquire = (struct thrum_event_acquire){who, told->mutex, THRUM_kind_mutex, THRUM_mode_exclusive, how, told->site};
}

/* --- what each event means --- */

static bool is_got(int status)
{
    return status == THRUM_result_ok || status == THRUM_result_EOWNERDEAD;
}

static void request(struct wrapper *w, struct mutex *mutex, const struct wrapper_told *told)
{
    struct party *party = party_of(mutex, told->who.tid, false);
    if (!party)
        party = party_add(mutex, told->who.tid, false);
    if (mutex->holder && mutex->holder != told->who.tid)
        make_wait(w, told, party, told->site);
}

static void hold(struct wrapper *w, struct mutex *mutex, const struct wrapper_told *told)
{
    if (mutex->holder == told->who.tid) {
        mutex->depth++;
        return;
    }
    for (; mutex->holder && mutex->depth; mutex->depth--) {
        make_release(w, told, mutex->holder, 0);
        party_add(mutex, mutex->holder, true);
    }
    mutex->holder = told->who.tid;
    mutex->depth = 1;
}

static void got(struct wrapper *w, struct mutex *mutex, const struct wrapper_told *told)
{
    struct party *party = told->what == WRAPPER_got ? party_of(mutex, told->who.tid, false) : NULL;
    const bool waited = party && party->told;
    if (party)
        party_remove(mutex, party);
    if (is_got(told->status))
        hold(w, mutex, told);
    make_got(w, told, waited, result_of(told->status));
    for (size_t i = 0; i < mutex->count && is_got(told->status); i++)
        if (!mutex->parties[i].owes && !mutex->parties[i].told) /* asked while it was free, and was too late */
            make_wait(w, told, &mutex->parties[i], 0);
}

static void unlocked(struct wrapper *w, struct mutex *mutex, const struct wrapper_told *told)
{
    struct party *owed = party_of(mutex, told->who.tid, true);
    if (told->status != 0)
        return;
    if (owed) {
        party_remove(mutex, owed);
        return;
    }
    make_release(w, told, told->who.tid, told->site);
    if (mutex->holder == told->who.tid && --mutex->depth == 0)
        mutex->holder = 0;
}

void wrapper_take(struct wrapper *w, const struct wrapper_told *told)
{
    struct map *mutexes = find(&w->processes, (uint32_t)told->who.pid, sizeof *mutexes);
    struct mutex *mutex = find(mutexes, told->mutex, sizeof *mutex);
    w->next = w->count = 0;
    if (told->what == WRAPPER_request)
        request(w, mutex, told);
    else if (told->what == WRAPPER_unlocked)
        unlocked(w, mutex, told);
    else
        got(w, mutex, told);
}

bool wrapper_give(struct wrapper *w, struct trace_event *to)
{
    if (w->next == w->count)
        return false;
    *to = w->made[w->next++];
    if (to->id == THRUM_EVENT_acquire_begin) {
        w->site = to->record.acquire_begin.site;
        to->record.acquire_begin.stack = (struct thrum_addrs){&w->site, w->site ? 1 : 0};
    }
    return true;
}
