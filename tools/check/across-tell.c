/* SPDX-License-Identifier: MIT */
/* A circle of threads of several processes, in the words of the checker's log. */
#include "config.h"
#include "check/across-inner.h"

#include <json-c/json.h>
#include <stdlib.h>
#include "base/memory.h"
#include "model/words.h"

struct teller {
    void (*take)(void *, const char *);
    void *data;
};

static void give(const struct teller *teller, const char *what, struct json_object *value)
{
    struct json_object *line = json_object_new_object();
    json_object_object_add(line, what, value);
    teller->take(teller->data, json_object_to_json_string_ext(line, JSON_C_TO_STRING_PLAIN));
    json_object_put(line);
}

static void add_number(struct json_object *to, const char *key, uint64_t number)
{
    json_object_object_add(to, key, json_object_new_uint64(number));
}

static void add_text(struct json_object *to, const char *key, const char *text)
{
    json_object_object_add(to, key, json_object_new_string(text));
}

static void tell_modules(const struct teller *teller, pid_t pid)
{
    struct live_maps maps;
    if (live_maps_read(&maps, pid) == 0)
        for (size_t i = 0; i < maps.count; i++) {
            struct json_object *module = json_object_new_object();
            add_text(module, "path", maps.at[i].path);
            add_text(module, "build_id", maps.at[i].build_id);
            add_number(module, "base", maps.at[i].base);
            add_number(module, "begin", maps.at[i].begin);
            add_number(module, "end", maps.at[i].end);
            add_number(module, "pid", (uint64_t)pid);
            give(teller, "module", module);
        }
    live_maps_free(&maps);
}

/* Which file it is in, or of. */
static void add_place(struct json_object *to, pid_t pid, const struct across_object *what, uint64_t address)
{
    struct live_byte byte;
    char *path = NULL;
    if (what->kind == THRUM_kind_file_lock) {
        path = live_lock_path(pid, address);
        if (path)
            add_text(to, "name", path);
    } else if (what->kind != THRUM_kind_thread && !what->pid && live_byte_find(pid, address, &byte, &path)) {
        char *place = path ? memory_format("%s at 0x%llx", path, (unsigned long long)byte.offset) : memory_text("memory that processes share");
        add_text(to, "place", place);
        /* One number for all processes, wherever they have it mapped. */
        add_number(to, "label", byte.device * 0x9e3779b97f4a7c15u + byte.inode * 0xbf58476d1ce4e5b9u + byte.offset);
        free(place);
    }
    free(path);
}

static struct json_object *object_of(const struct across_blocked *blocked, const struct across_object *what, uint64_t address, uint8_t mode,
                                     uint64_t stack)
{
    struct json_object *object = json_object_new_object(), *calls = json_object_new_array();
    uint64_t at[THRUM_LIVE_STACK_MAX];
    uint32_t count = live_stack_read(&blocked->process->process, stack, at);
    add_text(object, "kind", kind_word(what->kind));
    add_number(object, "object", address);
    if (mode == THRUM_mode_shared)
        add_number(object, "shared", 1);
    add_place(object, blocked->process->process.pid, what, address);
    for (uint32_t i = 0; i < count; i++)
        json_object_array_add(calls, json_object_new_uint64(at[i]));
    json_object_object_add(object, "stack", calls);
    return object;
}

/* Where the wait was called isn't known. */
static struct json_object *child_of(pid_t child)
{
    struct json_object *object = json_object_new_object();
    add_text(object, "kind", kind_word(THRUM_kind_process));
    add_number(object, "object", (uint64_t)child);
    return object;
}

static struct json_object *step_of(const struct across_blocked *blocked, const struct across_blocked *waiter)
{
    const struct live_thread *thread = blocked->thread;
    pid_t pid = blocked->process->process.pid;
    struct json_object *step = json_object_new_object();
    const struct across_object *as;
    const struct live_held *held = across_held(blocked, waiter, &as);
    add_number(step, "pid", (uint64_t)pid);
    add_number(step, "tid", (uint64_t)thread->tid);
    char *name = *thread->name ? memory_text(thread->name) : thread->tid == pid ? memory_format("process %d", (int)pid) : memory_text("");
    add_text(step, "thread", name);
    free(name);
    if (held)
        json_object_object_add(step, "holds", object_of(blocked, as, held->object, held->mode, held->stack));
    json_object_object_add(step, "wants", blocked->child ? child_of(blocked->child)
                                                         : object_of(blocked, &blocked->wants, thread->wait.object, thread->wait.mode, thread->wait.stack));
    return step;
}

void across_tell(const struct across_circle *circle, unsigned number, void (*take)(void *data, const char *line), void *data)
{
    const struct teller teller = {take, data};
    struct json_object *finding = json_object_new_object(), *steps = json_object_new_array();
    bool child = false;
    for (size_t i = 0; i < circle->length; i++) {
        child |= circle->steps[i]->child > 0;
        tell_modules(&teller, circle->steps[i]->process->process.pid);
        json_object_array_add(steps, step_of(circle->steps[i], circle->steps[(i + circle->length - 1) % circle->length]));
    }
    add_number(finding, "pid", 0);
    add_number(finding, "number", number);
    add_text(finding, "kind", "deadlock");
    add_text(finding, "certainty", "happened");
    add_text(finding, "message", "threads of several processes wait for each other");
    add_text(finding, "reason", "all of them were seen to stand still, each with what the one before waits for, be it a lock or its own end");
    if (child)
        add_text(finding, "advice", "let go of what the child needs before waiting for its end");
    json_object_object_add(finding, "steps", steps);
    give(&teller, "finding", finding);
}
