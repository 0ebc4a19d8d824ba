/* SPDX-License-Identifier: MIT */
/* Lines of JSON for the program that reads them, opened and closed one by one: programs close descriptors that aren't theirs. */
#include "check/wire.h"

#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check/births.h"
#include "check/symbol.h"
#include "check/thread.h"
#include "core/modules.h"
#include "core/python.h"

static char log_path[4096];
static bool edges_wanted;
static uint64_t line_told = PYTHON_SITE_FIRST; /* lines of Python below this are known to the reader */
static const struct module *told; /* the newest module that the reader knows of this process */
static int32_t told_of;           /* this process, or the one that it was forked from */

static const char *const kinds[] = {
#define KIND(enumeration, word, number) [number] = #word,
    THRUM_KINDS(KIND)
#undef KIND
};

void wire_configure(const struct env *env)
{
    if (env->check_log && strlen(env->check_log) < sizeof(log_path))
        strcpy(log_path, env->check_log);
    edges_wanted = env->check_edges;
}

bool wire_on(void)
{
    return *log_path && !self_confined;
}

void wire_text(struct text *text, const char *key, const char *value)
{
    text_add(text, "\"");
    text_add(text, key);
    text_add(text, "\":\"");
    text_json(text, value);
    text_add(text, "\"");
}

void wire_number(struct text *text, const char *key, uint64_t value)
{
    text_add(text, "\"");
    text_add(text, key);
    text_add(text, "\":");
    text_number(text, value);
}

static void json_modules(struct text *text, const struct module *module)
{
    if (module == told)
        return;
    if (module->next)
        json_modules(text, module->next);
    text_add(text, "{\"module\":{");
    wire_text(text, "path", module->path);
    text_add(text, ",");
    wire_text(text, "build_id", module->build_id);
    text_add(text, ",");
    wire_number(text, "base", module->base);
    text_add(text, ",");
    wire_number(text, "begin", module->begin);
    text_add(text, ",");
    wire_number(text, "end", module->end);
    text_add(text, ",");
    wire_number(text, "pid", (uint64_t)self_pid());
    text_add(text, "}}\n");
}

static void json_lines(struct text *text)
{
    for (; line_told < python_sites_end(); line_told++) {
        const struct python_place *line = python_place(line_told);

        if (!line)
            continue;
        text_add(text, "{\"line\":{");
        wire_number(text, "site", line_told);
        text_add(text, ",");
        wire_text(text, "function", line->function);
        text_add(text, ",");
        wire_text(text, "file", line->file);
        text_add(text, ",");
        wire_number(text, "line", line->line);
        text_add(text, ",");
        wire_number(text, "pid", (uint64_t)self_pid());
        text_add(text, "}}\n");
    }
}

/* The thread of a handle: its name, or its number where it has none; false where it isn't known. */
bool wire_thread_name(struct text *text, uint64_t handle)
{
    const struct check_thread *thread = thread_last_with(handle);

    if (!thread)
        return false;
    if (*thread->name)
        text_json(text, thread->name);
    else if (thread->main)
        text_add(text, "main");
    else
        text_number(text, (uint64_t)thread->tid);
    return true;
}

void wire_object(struct text *text, const char *key, const struct record_object *object, const char *verb)
{
    struct birth birth;

    text_add(text, ",\"");
    text_add(text, key);
    text_add(text, "\":{");
    wire_text(text, "kind", object->kind ? kinds[object->kind] : "");
    text_add(text, ",");
    if (verb) {
        wire_text(text, "verb", verb);
        text_add(text, ",");
    }
    if (object->kind == THRUM_kind_thread) {
        text_add(text, "\"thread\":\"");
        wire_thread_name(text, object->object);
        text_add(text, "\",");
    }
    wire_number(text, "object", object->object);
    if (object->mode == THRUM_mode_shared)
        text_add(text, ",\"shared\":1");
    if (births_find(object->object, &birth) && birth.site) {
        text_add(text, ",");
        wire_number(text, "birth", birth.site);
    }
    text_add(text, ",\"stack\":[");
    for (uint32_t i = 0; i < object->stack->count; i++) {
        text_add(text, i ? "," : "");
        text_number(text, object->stack->at[i]);
    }
    text_add(text, "]}");
}

void wire_meet(const struct check_stack *stack)
{
    for (uint32_t i = 0; i < stack->count; i++)
        if (!modules_met(stack->at[i]))
            modules_look_up(stack->at[i]);
}

bool wire_open(struct text *text)
{
    text->fd = (int)syscall(SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (text->fd < 0)
        return false;
    if (told_of != self_pid())
        told = NULL, line_told = PYTHON_SITE_FIRST;
    told_of = self_pid();
    json_modules(text, modules_known());
    told = modules_known();
    json_lines(text);
    return true;
}

void wire_close(struct text *text)
{
    text_flush(text);
    syscall(SYS_close, text->fd);
}

void wire_begins(void)
{
    static struct text text;

    if (!wire_on() || !wire_open(&text))
        return;
    text_add(&text, "{");
    wire_number(&text, "begins", (uint64_t)self_pid());
    text_add(&text, "}\n");
    wire_close(&text);
}

void wire_shares(void)
{
    static _Atomic int32_t by; /* a forked child says it for itself */
    static struct text text;
    sigset_t signals;

    if (!wire_on() || atomic_exchange_explicit(&by, self_pid(), memory_order_relaxed) == self_pid())
        return;
    check_lock(&signals);
    if (wire_open(&text)) {
        text_add(&text, "{");
        wire_number(&text, "shares", (uint64_t)self_pid());
        text_add(&text, "}\n");
        wire_close(&text);
    }
    check_unlock(&signals);
}

bool wire_orders_wanted(void)
{
    return edges_wanted && wire_on();
}

void wire_edge(const struct record *record, uint32_t index)
{
    static struct text text;

    if (!wire_orders_wanted())
        return;
    wire_meet(record->held[index].stack);
    wire_meet(record->wanted.stack);
    if (!wire_open(&text))
        return;
    text_add(&text, "{\"edge\":{");
    wire_number(&text, "pid", (uint64_t)self_pid());
    text_add(&text, ",");
    wire_number(&text, "tid", (uint64_t)record->tid);
    text_add(&text, ",");
    wire_text(&text, "thread", *record->thread ? record->thread : record->tid == self_pid() ? "main" : "");
    wire_object(&text, "held", &record->held[index], NULL);
    wire_object(&text, "wanted", &record->wanted, NULL);
    text_add(&text, ",\"under\":[");
    for (uint32_t i = 0, gates = 0; i < record->held_count; i++) {
        if (i == index)
            continue;
        text_add(&text, gates++ ? ",{\"place\":0" : "{\"place\":0");
        wire_object(&text, "gate", &record->held[i], NULL);
        text_add(&text, "}");
    }
    text_add(&text, "]}}\n");
    wire_close(&text);
}
