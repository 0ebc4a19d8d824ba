/* SPDX-License-Identifier: MIT */
/* Records of the checker in a running process. */
#include "config.h"
#include "live/live-threads.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include "base/memory.h"

/* More than any program has: a list that is longer was read while it changed. */
enum { THREADS_MAX = 1 << 20, HELD_MAX = 1 << 20, TRIES = 3 };

static bool fetch(const struct live_process *process, uint64_t address, void *to, size_t size)
{
    struct iovec here = {to, size}, there = {(void *)(uintptr_t)address, size};
    return process_vm_readv(process->pid, &here, 1, &there, 1, 0) == (ssize_t)size;
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

uint32_t live_stack_read(const struct live_process *process, uint64_t stack, uint64_t at[THRUM_LIVE_STACK_MAX])
{
    uint32_t count = 0;
    if (!stack || !fetch(process, stack + process->layout.stack.count, &count, sizeof(count)))
        return 0;
    if (count > THRUM_LIVE_STACK_MAX)
        count = THRUM_LIVE_STACK_MAX;
    return count && fetch(process, stack + process->layout.stack.at, at, count * sizeof(*at)) ? count : 0;
}

/* --- a thread --- */

static void fetch_held(const struct live_process *process, const char *record, struct live_thread *thread)
{
    const struct thrum_live *layout = &process->layout;
    uint64_t from = word_at(record, layout->thread.held), to = word_at(record, layout->thread.top);
    size_t count = to >= from ? (to - from) / layout->held.size : 0;
    char *held = memory_new((count <= HELD_MAX ? count : 0) + 1, layout->held.size);
    free(thread->held);
    thread->held_count = 0;
    if (count > HELD_MAX || !fetch(process, from, held, count * layout->held.size))
        count = 0;
    thread->held = memory_new(count + 1, sizeof(*thread->held));
    for (size_t i = 0; i < count; i++) {
        const char *one = held + i * layout->held.size;
        if (word_at(one, layout->held.object) && int_at(one, layout->held.depth) != 0)
            thread->held[thread->held_count++] = (struct live_held){
                .object = word_at(one, layout->held.object), .stack = word_at(one, layout->held.stack), .kind = byte_at(one, layout->held.kind),
                .mode = byte_at(one, layout->held.mode), .inherited = byte_at(one, layout->held.how) == THRUM_LIVE_INHERITED};
    }
    free(held);
}

static void take_record(const struct thrum_live *layout, const char *record, struct live_thread *thread)
{
    free(thread->name);
    thread->name = memory_new(layout->thread.name_size + 1, 1);
    memcpy(thread->name, record + layout->thread.name, layout->thread.name_size);
    thread->tid = int_at(record, layout->thread.tid);
    thread->handle = word_at(record, layout->thread.handle);
    thread->ended = byte_at(record, layout->thread.ended);
    thread->sequence = word_at(record, layout->thread.sequence);
    thread->wait.object = word_at(record, layout->thread.object);
    thread->wait.handle = word_at(record, layout->thread.wait_handle);
    thread->wait.stack = word_at(record, layout->thread.stack);
    thread->wait.kind = byte_at(record, layout->thread.kind);
    thread->wait.mode = byte_at(record, layout->thread.mode);
    thread->wait.timed = byte_at(record, layout->thread.timed);
}

bool live_thread_stands(const struct live_process *process, const struct live_thread *thread)
{
    uint64_t sequence;
    return fetch(process, thread->record + process->layout.thread.sequence, &sequence, sizeof(sequence)) && sequence == thread->sequence;
}

/* `record` has room for one; the next thread's is in *next. */
static bool fetch_thread(const struct live_process *process, char *record, struct live_thread *thread, uint64_t *next)
{
    bool stood = false;
    for (int i = 0; i < TRIES && !stood; i++) {
        if (!fetch(process, thread->record, record, process->layout.thread.size))
            return false;
        take_record(&process->layout, record, thread);
        fetch_held(process, record, thread);
        stood = live_thread_stands(process, thread);
    }
    *next = word_at(record, process->layout.thread.next);
    return true;
}

bool live_threads_read(const struct live_process *process, struct live_threads *threads)
{
    char *record = memory_new(1, process->layout.thread.size);
    uint64_t next = 0;
    *threads = (struct live_threads){0};
    bool whole = fetch(process, process->layout.threads, &next, sizeof(next));
    while (whole && next && threads->count < THREADS_MAX) {
        threads->at = memory_grow(threads->at, threads->count + 1, &threads->capacity, sizeof(*threads->at));
        threads->at[threads->count] = (struct live_thread){.record = next};
        whole = fetch_thread(process, record, &threads->at[threads->count++], &next);
    }
    int saved = errno;
    free(record);
    errno = saved;
    return whole;
}

void live_threads_free(struct live_threads *threads)
{
    for (size_t i = 0; i < threads->count; i++) {
        free(threads->at[i].name);
        free(threads->at[i].held);
    }
    free(threads->at);
}

/* --- the process --- */

char *live_why_not(pid_t pid, int err)
{
    if (err == EPERM || err == EACCES)
        return memory_format("process %d: its memory can't be read: run this as its owner or as root, where ptrace is allowed", (int)pid);
    if (err == ESRCH || err == ENOENT)
        return memory_format("process %d: there is none", (int)pid);
    return memory_format("process %d: its memory can't be read: %s", (int)pid, strerror(err));
}

char *live_process_find(struct live_process *process, pid_t pid, const struct live_maps *maps)
{
    const struct live_module *library = live_maps_find(maps, "libthrum.so");
    uint64_t address = library ? live_symbol(library, pid, THRUM_LIVE_SYMBOL) : 0;
    const struct thrum_live *layout = &process->layout;
    uint32_t on = 0;
    process->pid = pid;
    if (!library)
        return memory_format("process %d: thrum isn't in it; start it by thrum check, or with LD_PRELOAD=libthrum-preload.so", (int)pid);
    if (!address)
        return memory_format("process %d: its libthrum is another version (%s)", (int)pid, library->path);
    if (!fetch(process, address, &process->layout, sizeof(process->layout)))
        return live_why_not(pid, errno);
    if (layout->magic != THRUM_LIVE_MAGIC || layout->version != THRUM_LIVE_VERSION || layout->size != sizeof(*layout) ||
        layout->thread.size > 1 << 20)
        return memory_format("process %d: its libthrum is another version (%s)", (int)pid, library->path);
    if (!fetch(process, layout->on, &on, sizeof(on)) || !(on & 1))
        return memory_format("process %d: the checker in it is off; start it by thrum check, or with THRUM_CHECK=report", (int)pid);
    return NULL;
}
