/* SPDX-License-Identifier: MIT */
/* From lines of the STD format to events: each line becomes a few of them. */
#include "config.h"
#include "trace/reader-std.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/map.h"
#include "base/memory.h"

enum { QUEUE = 16, FIRST_TID = 100, STEP_NS = 1000 };

struct std_thread {
    char *name;
    int32_t tid;
    bool begun;
    struct std_object *waits, *wants; /* since wait and req, whose end isn't there yet */
    uint64_t site;                    /* of that */
};

struct std_object {
    char *name;
    uint64_t address;
    bool told, condition_told, written;
};

struct std_reader {
    FILE *file;
    char *path, *line;
    size_t size;
    uint64_t number; /* of the line */
    bool ended;
    struct map names; /* hash of a kind and a name -> thread, object or site + 1 */
    struct std_thread **threads;
    size_t thread_count, thread_capacity;
    struct std_object **objects;
    size_t object_count, object_capacity;
    char **sites;
    size_t site_count, site_capacity;
    struct trace_event queue[QUEUE];
    unsigned head, tail;
    struct reader_losses losses;
};

static uint64_t hash_of(char kind, const char *name, size_t length)
{
    uint64_t hash = (0xcbf29ce484222325u ^ (unsigned char)kind) * 0x100000001b3u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)name[i]) * 0x100000001b3u;
    return hash;
}

/* --- events --- */

static struct trace_event *add(struct std_reader *reader, enum thrum_event_id id, const struct std_thread *thread)
{
    struct trace_event *event = &reader->queue[reader->tail++ % QUEUE];
    *event = (struct trace_event){.id = id, .time_ns = (int64_t)reader->number * STEP_NS};
    event->record.common = (struct thrum_event_common){FIRST_TID, thread->tid};
    return event;
}

#define ADD(reader, thread, name) (&add(reader, THRUM_EVENT_##name, thread)->record.name)

static uint64_t handle_of(const struct std_thread *thread)
{
    return (uint64_t)thread->tid << 32;
}

static void begin_thread(struct std_reader *reader, struct std_thread *thread)
{
    struct thrum_event_thread_begin *begin = ADD(reader, thread, thread_begin);
    begin->handle = handle_of(thread);
    begin->serial = thread->tid == FIRST_TID ? 0 : (uint64_t)thread->tid;
    struct thrum_event_thread_name *name = ADD(reader, thread, thread_name);
    name->handle = handle_of(thread);
    name->name = thread->name;
    thread->begun = true;
}

/* --- names --- */

static struct std_thread *thread_named(struct std_reader *reader, const char *name, size_t length)
{
    uint64_t key = hash_of('t', name, length);
    struct std_thread *thread = map_get(&reader->names, key);
    if (thread)
        return thread;
    thread = memory_new(1, sizeof *thread);
    thread->name = memory_format("%.*s", (int)length, name);
    thread->tid = FIRST_TID + (int32_t)reader->thread_count;
    map_put(&reader->names, key, thread);
    reader->threads = memory_grow(reader->threads, reader->thread_count + 1, &reader->thread_capacity, sizeof *reader->threads);
    reader->threads[reader->thread_count++] = thread;
    return thread;
}

static struct std_object *object_named(struct std_reader *reader, char kind, const char *name, size_t length)
{
    uint64_t key = hash_of(kind, name, length);
    struct std_object *object = map_get(&reader->names, key);
    if (object)
        return object;
    object = memory_new(1, sizeof *object);
    object->name = memory_format("%.*s", (int)length, name);
    object->address = 0x1000 + 0x10 * (uint64_t)reader->object_count;
    map_put(&reader->names, key, object);
    reader->objects = memory_grow(reader->objects, reader->object_count + 1, &reader->object_capacity, sizeof *reader->objects);
    reader->objects[reader->object_count++] = object;
    return object;
}

/* The site of a location, told of at its first line. */
static uint64_t site_named(struct std_reader *reader, const struct std_thread *thread, const char *name)
{
    uint64_t key = hash_of('s', name, strlen(name));
    uintptr_t known = (uintptr_t)map_get(&reader->names, key);
    if (known)
        return RECORD_LINE_FIRST + known - 1;
    reader->sites = memory_grow(reader->sites, reader->site_count + 1, &reader->site_capacity, sizeof *reader->sites);
    reader->sites[reader->site_count] = memory_text(*name ? name : "?");
    struct thrum_event_source_line *line = ADD(reader, thread, source_line);
    line->site = RECORD_LINE_FIRST + reader->site_count;
    line->function = reader->sites[reader->site_count];
    line->file = reader->path;
    line->line = (uint32_t)reader->number;
    map_put(&reader->names, key, (void *)(uintptr_t)++reader->site_count);
    return line->site;
}

static void tell_name(struct std_reader *reader, const struct std_thread *thread, struct std_object *object, enum thrum_kind kind)
{
    bool *told = kind == THRUM_kind_condition ? &object->condition_told : &object->told;
    if (*told)
        return;
    *told = true;
    struct thrum_event_object_name *name = ADD(reader, thread, object_name);
    name->object = object->address;
    name->kind = kind;
    name->name = object->name;
}

/* --- operations --- */

static void fork_thread(struct std_reader *reader, const struct std_thread *parent, struct std_thread *child, uint64_t site)
{
    if (child->begun)
        return;
    struct thrum_event_spawn *spawn = ADD(reader, parent, spawn);
    spawn->serial = (uint64_t)child->tid;
    spawn->site = site;
    begin_thread(reader, child);
}

static void join_thread(struct std_reader *reader, const struct std_thread *joiner, const struct std_thread *child, uint64_t site)
{
    struct thrum_event_wait_begin *begin = ADD(reader, joiner, wait_begin);
    *begin = (struct thrum_event_wait_begin){.common = begin->common, .object = handle_of(child), .kind = THRUM_kind_thread,
                                             .timeout = -1, .site = site};
    struct thrum_event_wait_end *end = ADD(reader, joiner, wait_end);
    *end = (struct thrum_event_wait_end){.common = end->common, .object = handle_of(child), .kind = THRUM_kind_thread, .site = site};
}

static void acquire(struct std_reader *reader, struct std_thread *thread, struct std_object *lock, uint64_t site)
{
    thread->wants = NULL;
    if (thread->waits == lock) /* the lock that the wait dropped: told by the wait's end */
        return;
    struct thrum_event_acquire *event = ADD(reader, thread, acquire);
    *event = (struct thrum_event_acquire){.common = event->common, .object = lock->address, .kind = THRUM_kind_mutex,
                                          .mode = THRUM_mode_exclusive, .how = THRUM_how_block, .site = site};
}

static void release(struct std_reader *reader, const struct std_thread *thread, const struct std_object *lock, uint64_t site)
{
    struct thrum_event_release *event = ADD(reader, thread, release);
    *event = (struct thrum_event_release){.common = event->common, .object = lock->address, .kind = THRUM_kind_mutex, .site = site};
}

/* A condition has the address of its lock, and is of another kind. */
static void wait_begin(struct std_reader *reader, struct std_thread *thread, struct std_object *lock, uint64_t site)
{
    tell_name(reader, thread, lock, THRUM_kind_condition);
    struct thrum_event_wait_begin *event = ADD(reader, thread, wait_begin);
    *event = (struct thrum_event_wait_begin){.common = event->common, .object = lock->address, .kind = THRUM_kind_condition,
                                             .mutex = lock->address, .timeout = -1, .site = site};
    thread->waits = lock;
    thread->site = site;
}

/* Whatever a thread does next, its wait is over by then. */
static void wait_end(struct std_reader *reader, struct std_thread *thread)
{
    const struct std_object *lock = thread->waits;
    struct thrum_event_wait_end *event = ADD(reader, thread, wait_end);
    *event = (struct thrum_event_wait_end){.common = event->common, .object = lock->address, .kind = THRUM_kind_condition,
                                           .mutex = lock->address, .site = thread->site};
}

static void wake(struct std_reader *reader, const struct std_thread *thread, const struct std_object *object, enum thrum_kind kind,
                 bool all, uint64_t site)
{
    struct thrum_event_wake *event = ADD(reader, thread, wake);
    *event = (struct thrum_event_wake){.common = event->common, .object = object->address, .kind = kind,
                                       .scope = all ? THRUM_scope_all : THRUM_scope_one, .site = site};
}

static void read_variable(struct std_reader *reader, const struct std_thread *thread, const struct std_object *variable, uint64_t site)
{
    if (!variable->written) /* its first value has always been there */
        return;
    struct thrum_event_acquire *event = ADD(reader, thread, acquire);
    *event = (struct thrum_event_acquire){.common = event->common, .object = variable->address, .kind = THRUM_kind_event,
                                          .mode = THRUM_mode_shared, .how = THRUM_how_try, .site = site};
}

static bool is(const char *operation, size_t length, const char *word)
{
    return strlen(word) == length && !strncmp(operation, word, length);
}

/* An operation on a lock, or its condition; false: it is none. */
static bool take_lock_operation(struct std_reader *reader, struct std_thread *thread, const char *op, size_t length,
                                struct std_object *lock, uint64_t site)
{
    bool all = is(op, length, "notifyAll") || is(op, length, "notifyall");
    if (is(op, length, "req")) {
        thread->wants = lock;
        thread->site = site;
    } else if (is(op, length, "acq"))
        acquire(reader, thread, lock, site);
    else if (is(op, length, "rel"))
        release(reader, thread, lock, site);
    else if (is(op, length, "wait"))
        wait_begin(reader, thread, lock, site);
    else if (is(op, length, "notify") || all)
        wake(reader, thread, lock, THRUM_kind_condition, all, site);
    else
        return false;
    return true;
}

static bool take_operation(struct std_reader *reader, struct std_thread *thread, const char *op, size_t length, const char *operand,
                           size_t operand_length, uint64_t site)
{
    if (is(op, length, "fork"))
        fork_thread(reader, thread, thread_named(reader, operand, operand_length), site);
    else if (is(op, length, "join"))
        join_thread(reader, thread, thread_named(reader, operand, operand_length), site);
    else if (is(op, length, "r"))
        read_variable(reader, thread, object_named(reader, 'v', operand, operand_length), site);
    else if (is(op, length, "w")) {
        struct std_object *variable = object_named(reader, 'v', operand, operand_length);
        variable->written = true;
        wake(reader, thread, variable, THRUM_kind_event, true, site);
    } else if (is(op, length, "begin") || is(op, length, "end"))
        return true;
    else {
        struct std_object *lock = object_named(reader, 'l', operand, operand_length);
        tell_name(reader, thread, lock, THRUM_kind_mutex);
        return take_lock_operation(reader, thread, op, length, lock, site);
    }
    return true;
}

/* One line; false: it makes no sense. */
static bool take_line(struct std_reader *reader, char *line)
{
    line[strcspn(line, "\r\n")] = 0;
    char *operation = strchr(line, '|'), *open = operation ? strchr(operation, '(') : NULL, *close = open ? strchr(open, ')') : NULL;
    if (!*line || *line == '#')
        return true;
    if (!operation || operation == line)
        return false;
    char *rest = strchr(operation + 1, '|');
    if (!close)
        open = close = rest ? rest : operation + strlen(operation);
    struct std_thread *thread = thread_named(reader, line, (size_t)(operation - line));
    if (!thread->begun)
        begin_thread(reader, thread);
    uint64_t site = site_named(reader, thread, rest ? rest + 1 : "");
    const char *op = operation + 1;
    size_t length = (size_t)(open - op), operand_length = close > open ? (size_t)(close - open - 1) : 0;
    bool retakes = thread->waits && is(op, length, "acq");
    if (thread->waits && !is(op, length, "req")) {
        wait_end(reader, thread);
        if (!retakes)
            thread->waits = NULL;
    }
    bool known = take_operation(reader, thread, op, length, open + 1, operand_length, site);
    thread->waits = retakes ? NULL : thread->waits;
    return known;
}

/* At the end: who asked for a lock and didn't get it still waits. */
static void take_end(struct std_reader *reader)
{
    if (reader->thread_count && reader->losses.unreadable == 0)
        for (size_t i = 0; i < reader->thread_count && reader->tail - reader->head < QUEUE - 1; i++) {
            struct std_thread *thread = reader->threads[i];
            if (!thread->wants)
                continue;
            struct thrum_event_acquire_begin *event = ADD(reader, thread, acquire_begin);
            *event = (struct thrum_event_acquire_begin){.common = event->common, .object = thread->wants->address,
                                                        .kind = THRUM_kind_mutex, .mode = THRUM_mode_exclusive, .timeout = -1,
                                                        .site = thread->site};
            thread->wants = NULL;
            return; /* one at a time */
        }
    reader->ended = true;
}

const struct trace_event *std_reader_next(struct std_reader *reader)
{
    while (reader->head == reader->tail && !reader->ended) {
        if (getline(&reader->line, &reader->size, reader->file) < 0)
            take_end(reader);
        else {
            reader->number++;
            reader->losses.unreadable += !take_line(reader, reader->line);
        }
    }
    return reader->head == reader->tail ? NULL : &reader->queue[reader->head++ % QUEUE];
}

const struct reader_losses *std_reader_losses(const struct std_reader *reader)
{
    return &reader->losses;
}

int std_reader_open(struct std_reader **to, const char *path, char **trouble)
{
    FILE *file = fopen(path, "re");
    if (!file) {
        int err = -errno;
        *trouble = memory_format("%s: %s", path, strerror(-err));
        return err;
    }
    struct std_reader *reader = memory_new(1, sizeof *reader);
    const char *slash = strrchr(path, '/');
    reader->file = file;
    reader->path = memory_text(slash ? slash + 1 : path);
    static const struct std_thread nobody = {.tid = FIRST_TID};
    struct thrum_event_process_begin *begin = ADD(reader, &nobody, process_begin);
    begin->executable = reader->path;
    *to = reader;
    return 0;
}

void std_reader_close(struct std_reader *reader)
{
    if (!reader)
        return;
    fclose(reader->file);
    for (size_t i = 0; i < reader->thread_count; i++) {
        free(reader->threads[i]->name);
        free(reader->threads[i]);
    }
    for (size_t i = 0; i < reader->object_count; i++) {
        free(reader->objects[i]->name);
        free(reader->objects[i]);
    }
    for (size_t i = 0; i < reader->site_count; i++)
        free(reader->sites[i]);
    free(reader->threads);
    free(reader->objects);
    free(reader->sites);
    map_free(&reader->names);
    free(reader->path);
    free(reader->line);
    free(reader);
}
