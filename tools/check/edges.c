/* SPDX-License-Identifier: MIT */
/* Orders that a process told of, in words that are the same in every run. */
#include "config.h"
#include "check/edges.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"

static struct json_object *member(struct json_object *of, const char *key)
{
    struct json_object *value = NULL;
    json_object_object_get_ex(of, key, &value);
    return value;
}

/* Locks of a runtime have names of the checker's, by number. A static variable is a class, with all elements of an array; else what is made at one place, else what is taken there first. */
static char *class_of(const struct finding_object *object)
{
    if (*object->name && strcmp(object->name, object->object) != 0)
        return memory_format("%s %.*s (%s)", object->kind, (int)strcspn(object->name, "[+"), object->name, object->birth);
    if (*object->birth)
        return memory_format("%s made at %s", object->kind, object->birth);
    return memory_format("%s taken at %s", object->kind, object->stack_count ? object->stack[0].text : "?");
}

static char *calls_of(const struct finding_object *object)
{
    char *text = memory_text("");
    for (size_t i = 0; i < object->stack_count; i++) {
        char *longer = memory_format("%s%s%s", text, i ? "\n" : "", object->stack[i].text);
        free(text);
        text = longer;
    }
    return text;
}

static bool is_read(struct json_object *from)
{
    struct json_object *mode = member(from, "shared");
    return mode && json_object_get_int(mode);
}

static char *gates_of(struct check_log *log, int32_t pid, struct json_object *under)
{
    char *text = memory_text("");
    size_t count = under ? json_object_array_length(under) : 0;
    for (size_t i = 0; i < count; i++) {
        struct finding_object object = {0};
        check_log_object(log, &object, pid, member(json_object_array_get_idx(under, i), "gate"));
        char *class = class_of(&object), *longer = memory_format("%s%s%s", text, *text ? "\n" : "", class);
        free(class);
        free(text);
        text = longer;
        finding_object_free(&object);
    }
    return text;
}

bool edges_take(struct check_log *log, struct orders *orders, const char *program, struct json_object *line)
{
    struct json_object *edge = member(line, "edge");
    if (!edge)
        return false;
    struct order_seen *seen = orders_add(orders);
    struct finding_object held = {0}, wanted = {0};
    const char *thread = json_object_get_string(member(edge, "thread"));
    seen->pid = json_object_get_int(member(edge, "pid"));
    seen->tid = json_object_get_int(member(edge, "tid"));
    seen->program = memory_text(program);
    seen->thread = thread && *thread ? memory_text(thread) : memory_text("a thread");
    check_log_object(log, &held, seen->pid, member(edge, "held"));
    check_log_object(log, &wanted, seen->pid, member(edge, "wanted"));
    seen->from = class_of(&held);
    seen->to = class_of(&wanted);
    seen->from_object = memory_text(held.object);
    seen->to_object = memory_text(wanted.object);
    seen->from_calls = calls_of(&held);
    seen->to_calls = calls_of(&wanted);
    seen->from_address = held.address;
    seen->to_address = wanted.address;
    seen->from_read = is_read(member(edge, "held"));
    seen->to_read = is_read(member(edge, "wanted"));
    seen->gates = gates_of(log, seen->pid, member(edge, "under"));
    finding_object_free(&held);
    finding_object_free(&wanted);
    return true;
}
