/* SPDX-License-Identifier: MIT */
/* A running process's threads, as the checker in it has them. */
#include "config.h"
#include "live/live.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include "live-layout.h"
#include "live/live-maps.h"
#include "base/memory.h"

/* More than any program has: a list that is longer was read while it changed. */
enum { THREADS_MAX = 1 << 20, HELD_MAX = 1 << 20, TRIES = 3 };

struct live {
    pid_t pid;
    struct thrum_live layout;
    struct live_maps maps;
    void (*take)(void *, const struct trace_event *);
    void *data;
    int64_t time_ns;
};

/* --- the process's memory --- */

static bool fetch(const struct live *live, uint64_t address, void *to, size_t size)
{
    struct iovec here = {to, size}, there = {(void *)(uintptr_t)address, size};
    return process_vm_readv(live->pid, &here, 1, &there, 1, 0) == (ssize_t)size;
}

static uint64_t word_at(const void *record, uint32_t offset)
{
    uint64_t word;
    memcpy(&word, (const char *)record + offset, sizeof(word));
    return word;
}

static uint8_t byte_at(const void *record, uint32_t offset)
{
    return ((const uint8_t *)record)[offset];
}

static int32_t int_at(const void *record, uint32_t offset)
{
    int32_t word;
    memcpy(&word, (const char *)record + offset, sizeof(word));
    return word;
}

/* --- events --- */

static void give(struct live *live, struct trace_event *event, int32_t tid)
{
    event->time_ns = ++live->time_ns;
    event->record.common.pid = live->pid;
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
        give(live, &event, live->pid);
    }
}

static struct thrum_addrs read_stack(const struct live *live, uint64_t address, uint64_t at[THRUM_LIVE_STACK_MAX])
{
    uint32_t count = 0;
    if (!address || !fetch(live, address + live->layout.stack.count, &count, sizeof(count)))
        count = 0;
    if (count > THRUM_LIVE_STACK_MAX)
        count = THRUM_LIVE_STACK_MAX;
    if (count && !fetch(live, address + live->layout.stack.at, at, count * sizeof(*at)))
        count = 0;
    return (struct thrum_addrs){.at = at, .count = count};
}

/* As if it had blocked for it: so the calls are known, too. */
static void give_held(struct live *live, int32_t tid, const char *held)
{
    uint64_t at[THRUM_LIVE_STACK_MAX], object = word_at(held, live->layout.held.object);
    struct thrum_addrs stack = read_stack(live, word_at(held, live->layout.held.stack), at);
    uint8_t kind = byte_at(held, live->layout.held.kind), mode = byte_at(held, live->layout.held.mode);
    uint64_t site = stack.count ? at[0] : 0;
    struct trace_event event = {.id = THRUM_EVENT_acquire_begin};
    if (!object || int_at(held, live->layout.held.depth) == 0)
        return;
    event.record.acquire_begin = (struct thrum_event_acquire_begin){
        .object = object, .kind = kind, .mode = mode, .how = THRUM_how_block, .timeout = -1, .site = site, .stack = stack};
    give(live, &event, tid);
    event = (struct trace_event){.id = THRUM_EVENT_acquire_end};
    event.record.acquire_end =
        (struct thrum_event_acquire_end){.object = object, .kind = kind, .mode = mode, .how = THRUM_how_block, .site = site};
    give(live, &event, tid);
}

static bool is_acquired(uint8_t kind)
{
    return kind == THRUM_kind_mutex || kind == THRUM_kind_rwlock || kind == THRUM_kind_spinlock || kind == THRUM_kind_semaphore ||
           kind == THRUM_kind_lock || kind == THRUM_kind_rlock || kind == THRUM_kind_file_lock;
}

static void give_wait(struct live *live, int32_t tid, const char *thread)
{
    uint64_t at[THRUM_LIVE_STACK_MAX], object = word_at(thread, live->layout.thread.object);
    uint8_t kind = byte_at(thread, live->layout.thread.kind);
    bool timed = byte_at(thread, live->layout.thread.timed);
    struct thrum_addrs stack = read_stack(live, word_at(thread, live->layout.thread.stack), at);
    uint64_t site = stack.count ? at[0] : 0;
    struct trace_event event;
    if (is_acquired(kind)) {
        event.id = THRUM_EVENT_acquire_begin;
        event.record.acquire_begin = (struct thrum_event_acquire_begin){
            .object = object, .kind = kind, .mode = byte_at(thread, live->layout.thread.mode),
            .how = timed ? THRUM_how_timed : THRUM_how_block, .timeout = timed ? INT64_MAX : -1, .site = site, .stack = stack};
    } else {
        event.id = THRUM_EVENT_wait_begin;
        event.record.wait_begin = (struct thrum_event_wait_begin){
            .object = object, .kind = kind, .timeout = timed ? INT64_MAX : -1, .site = site, .stack = stack};
    }
    give(live, &event, tid);
}

/* --- threads --- */

/* A thread's record and what it holds, as they were at one moment: its waits didn't change meanwhile. */
struct thread {
    char *record, *held;
    size_t held_count;
};

static bool fetch_thread(const struct live *live, uint64_t address, struct thread *thread)
{
    const struct thrum_live *layout = &live->layout;
    bool stood = false;
    *thread = (struct thread){.record = memory_new(1, layout->thread.size)};
    for (int i = 0; i < TRIES && !stood; i++) {
        if (!fetch(live, address, thread->record, layout->thread.size))
            return false;
        uint64_t from = word_at(thread->record, layout->thread.held), to = word_at(thread->record, layout->thread.top), after;
        thread->held_count = to >= from ? (to - from) / layout->held.size : 0;
        if (thread->held_count > HELD_MAX)
            thread->held_count = 0;
        free(thread->held);
        thread->held = memory_new(thread->held_count + 1, layout->held.size);
        if (thread->held_count && !fetch(live, from, thread->held, thread->held_count * layout->held.size))
            thread->held_count = 0;
        stood = fetch(live, address + layout->thread.sequence, &after, sizeof(after)) &&
                after == word_at(thread->record, layout->thread.sequence);
    }
    return true;
}

static void give_thread(struct live *live, const struct thread *thread, bool waits)
{
    const struct thrum_live *layout = &live->layout;
    int32_t tid = int_at(thread->record, layout->thread.tid);
    char *name = memory_new(layout->thread.name_size + 1, 1);
    struct trace_event event = {.id = THRUM_EVENT_thread_begin};
    memcpy(name, thread->record + layout->thread.name, layout->thread.name_size);
    if (waits) {
        if (word_at(thread->record, layout->thread.sequence) % 2)
            give_wait(live, tid, thread->record);
    } else {
        event.record.thread_begin.handle = word_at(thread->record, layout->thread.handle);
        give(live, &event, tid);
        event = (struct trace_event){.id = THRUM_EVENT_thread_name};
        event.record.thread_name = (struct thrum_event_thread_name){.handle = word_at(thread->record, layout->thread.handle), .name = name};
        if (*name)
            give(live, &event, tid);
        for (size_t i = 0; i < thread->held_count; i++)
            give_held(live, tid, thread->held + i * layout->held.size);
    }
    free(name);
}

/* All that is held first, then who waits: the circle closes with the last. */
static bool give_threads(struct live *live)
{
    struct thread *threads = NULL;
    size_t count = 0, capacity = 0;
    uint64_t next = 0;
    bool whole = fetch(live, live->layout.threads, &next, sizeof(next));
    while (whole && next && count < THREADS_MAX) {
        threads = memory_grow(threads, count + 1, &capacity, sizeof(*threads));
        whole = fetch_thread(live, next, &threads[count]);
        next = whole ? word_at(threads[count].record, live->layout.thread.next) : 0;
        count++;
    }
    for (int waits = 0; waits < 2; waits++)
        for (size_t i = 0; whole && i < count; i++)
            if (!byte_at(threads[i].record, live->layout.thread.ended) || threads[i].held_count > 0)
                give_thread(live, &threads[i], waits);
    for (size_t i = 0; i < count; i++) {
        free(threads[i].record);
        free(threads[i].held);
    }
    free(threads);
    return whole;
}

/* --- all of it --- */

static char *why_not(pid_t pid, int err)
{
    if (err == EPERM || err == EACCES)
        return memory_format("process %d: its memory can't be read: run this as its owner or as root, where ptrace is allowed", (int)pid);
    if (err == ESRCH || err == ENOENT)
        return memory_format("process %d: there is none", (int)pid);
    return memory_format("process %d: its memory can't be read: %s", (int)pid, strerror(err));
}

static char *find_layout(struct live *live)
{
    const struct live_module *library = live_maps_find(&live->maps, "libthrum.so");
    uint64_t address = library ? live_symbol(library, live->pid, THRUM_LIVE_SYMBOL) : 0;
    uint32_t on = 0;
    if (!library)
        return memory_format("process %d: thrum isn't in it; start it by thrum check, or with LD_PRELOAD=libthrum-preload.so",
                             (int)live->pid);
    if (!address)
        return memory_format("process %d: its libthrum is another version (%s)", (int)live->pid, library->path);
    if (!fetch(live, address, &live->layout, sizeof(live->layout)))
        return why_not(live->pid, errno);
    if (live->layout.magic != THRUM_LIVE_MAGIC || live->layout.version != THRUM_LIVE_VERSION ||
        live->layout.size != sizeof(live->layout) || live->layout.thread.size > 1 << 20)
        return memory_format("process %d: its libthrum is another version (%s)", (int)live->pid, library->path);
    if (!fetch(live, live->layout.on, &on, sizeof(on)) || !(on & 1))
        return memory_format("process %d: the checker in it is off; start it by thrum check, or with THRUM_CHECK=report", (int)live->pid);
    return NULL;
}

bool live_read(pid_t pid, void (*take)(void *data, const struct trace_event *event), void *data, char **trouble)
{
    struct live live = {.pid = pid, .take = take, .data = data};
    struct timespec now;
    int err = live_maps_read(&live.maps, pid);
    clock_gettime(CLOCK_REALTIME, &now);
    live.time_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    *trouble = err ? why_not(pid, -err) : find_layout(&live);
    if (!*trouble) {
        give_modules(&live);
        if (!give_threads(&live))
            *trouble = why_not(pid, errno);
    }
    live_maps_free(&live.maps);
    return !*trouble;
}
