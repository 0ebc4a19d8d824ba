/* SPDX-License-Identifier: MIT */
/* A running process's threads, as the checker in it has them. */
#include "config.h"
#include "live/live.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include "base/memory.h"
#include "live/live-lines.h"
#include "live/live-threads.h"

struct live {
    struct live_process process;
    struct live_maps maps;
    void (*take)(void *, const struct trace_event *);
    void *data;
    struct map births; /* where objects were made, until that is told */
    int64_t time_ns;
};

/* --- events --- */

static void give(struct live *live, struct trace_event *event, int32_t tid)
{
    event->time_ns = ++live->time_ns;
    event->record.common.pid = live->process.pid;
    event->record.common.tid = tid;
    live->take(live->data, event);
}

static void give_modules(struct live *live)
{
    for (size_t i = 0; i < live->maps.count; i++) {
        const struct live_module *module = &live->maps.at[i];
        struct trace_event event = {.id = THRUM_EVENT_module_load};
        event.record.module_load = (struct thrum_event_module_load){
            .base = module->base, .begin = module->begin, .end = module->end, .path = module->path, .build_id = module->build_id};
        give(live, &event, live->process.pid);
    }
}

/* What a site stands for that is no code, told before it is used. */
static void give_line(struct live *live, uint64_t site)
{
    struct trace_event event = {.id = THRUM_EVENT_source_line};
    struct live_line line;
    if (!live_line_read(&live->process, site, &line))
        return;
    event.record.source_line = line.event;
    give(live, &event, live->process.pid);
}

static void give_birth(struct live *live, int32_t tid, uint64_t object, uint8_t kind)
{
    uint64_t site = (uintptr_t)map_remove(&live->births, object);
    struct trace_event event = {.id = THRUM_EVENT_object_init};
    if (!site)
        return;
    give_line(live, site);
    event.record.object_init = (struct thrum_event_object_init){.object = object, .kind = kind, .site = site};
    give(live, &event, tid);
}

static struct thrum_addrs read_stack(struct live *live, uint64_t stack, uint64_t at[THRUM_LIVE_STACK_MAX])
{
    struct thrum_addrs addrs = {.at = at, .count = live_stack_read(&live->process, stack, at)};
    for (uint32_t i = 0; i < addrs.count; i++)
        give_line(live, at[i]);
    return addrs;
}

/* As if it had blocked for it: so the calls are known, too. */
static void give_held(struct live *live, int32_t tid, const struct live_held *held)
{
    uint64_t at[THRUM_LIVE_STACK_MAX];
    struct thrum_addrs stack = read_stack(live, held->stack, at);
    uint64_t site = stack.count ? at[0] : 0;
    struct trace_event event = {.id = THRUM_EVENT_acquire_begin};
    give_birth(live, tid, held->object, held->kind);
    event.record.acquire_begin = (struct thrum_event_acquire_begin){
        .object = held->object, .kind = held->kind, .mode = held->mode, .how = THRUM_how_block, .timeout = -1, .site = site, .stack = stack};
    give(live, &event, tid);
    event = (struct trace_event){.id = THRUM_EVENT_acquire_end};
    event.record.acquire_end =
        (struct thrum_event_acquire_end){.object = held->object, .kind = held->kind, .mode = held->mode, .how = THRUM_how_block, .site = site};
    give(live, &event, tid);
}

static bool is_acquired(uint8_t kind)
{
    return kind == THRUM_kind_mutex || kind == THRUM_kind_rwlock || kind == THRUM_kind_spinlock || kind == THRUM_kind_semaphore ||
           kind == THRUM_kind_lock || kind == THRUM_kind_rlock || kind == THRUM_kind_file_lock || kind == THRUM_kind_once;
}

static void give_wait(struct live *live, const struct live_thread *thread)
{
    uint64_t at[THRUM_LIVE_STACK_MAX];
    struct thrum_addrs stack = read_stack(live, thread->wait.stack, at);
    uint64_t site = stack.count ? at[0] : 0;
    int64_t timeout = thread->wait.timed ? INT64_MAX : -1;
    struct trace_event event;
    if (is_acquired(thread->wait.kind)) {
        give_birth(live, thread->tid, thread->wait.object, thread->wait.kind);
        event.id = THRUM_EVENT_acquire_begin;
        event.record.acquire_begin = (struct thrum_event_acquire_begin){
            .object = thread->wait.object, .kind = thread->wait.kind, .mode = thread->wait.mode,
            .how = thread->wait.timed ? THRUM_how_timed : THRUM_how_block, .timeout = timeout, .site = site, .stack = stack};
    } else {
        event.id = THRUM_EVENT_wait_begin;
        event.record.wait_begin = (struct thrum_event_wait_begin){
            .object = thread->wait.object, .kind = thread->wait.kind, .timeout = timeout, .site = site, .stack = stack};
    }
    give(live, &event, thread->tid);
}

/* --- threads --- */

static void give_thread(struct live *live, const struct live_thread *thread)
{
    struct trace_event event = {.id = THRUM_EVENT_thread_begin};
    event.record.thread_begin.handle = thread->handle;
    give(live, &event, thread->tid);
    event = (struct trace_event){.id = THRUM_EVENT_thread_name};
    event.record.thread_name = (struct thrum_event_thread_name){.handle = thread->handle, .name = thread->name};
    if (*thread->name)
        give(live, &event, thread->tid);
    for (size_t i = 0; i < thread->held_count; i++)
        give_held(live, thread->tid, &thread->held[i]);
}

static bool is_told(const struct live_thread *thread)
{
    return !thread->ended || thread->held_count > 0;
}

/* All that is held first, then who waits: the circle closes with the last. */
static bool give_threads(struct live *live)
{
    struct live_threads threads;
    bool whole = live_threads_read(&live->process, &threads);
    int saved = errno;
    for (size_t i = 0; whole && i < threads.count; i++)
        if (is_told(&threads.at[i]))
            give_thread(live, &threads.at[i]);
    for (size_t i = 0; whole && i < threads.count; i++)
        if (is_told(&threads.at[i]) && threads.at[i].sequence % 2)
            give_wait(live, &threads.at[i]);
    live_threads_free(&threads);
    errno = saved;
    return whole;
}

/* --- all of it --- */

bool live_read(pid_t pid, void (*take)(void *data, const struct trace_event *event), void *data, char **trouble)
{
    struct live live = {.process = {.pid = pid}, .take = take, .data = data};
    struct timespec now;
    int err = live_maps_read(&live.maps, pid);
    clock_gettime(CLOCK_REALTIME, &now);
    live.time_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    *trouble = err ? live_why_not(pid, -err) : live_process_find(&live.process, pid, &live.maps);
    if (!*trouble) {
        give_modules(&live);
        live_births_read(&live.process, &live.births);
        if (!give_threads(&live))
            *trouble = live_why_not(pid, errno);
    }
    live_maps_free(&live.maps);
    map_free(&live.births);
    return !*trouble;
}
