/* SPDX-License-Identifier: MIT */
/* Findings as one JSON object, for programs: keys are only ever added. */
#include "config.h"
#include "render/render.h"

#include <json-c/json.h>
#include <stdlib.h>
#include "base/hosts.h"

static void add(struct json_object *to, const char *key, struct json_object *value)
{
    json_object_object_add(to, key, value);
}

/* Text is UTF-8 in JSON, whatever a program called its threads. */
static struct json_object *text(const char *text)
{
    char *clean = clean_text(text ? text : "");
    struct json_object *made = json_object_new_string(clean);
    free(clean);
    return made;
}

static struct json_object *number(uint64_t value)
{
    return json_object_new_uint64(value);
}

static struct json_object *address(uint64_t value)
{
    char digits[32];
    snprintf(digits, sizeof(digits), "0x%llx", (unsigned long long)value);
    return json_object_new_string(digits);
}

static struct json_object *texts(const char *const *at, size_t count)
{
    struct json_object *array = json_object_new_array();
    for (size_t i = 0; i < count; i++)
        json_object_array_add(array, text(at[i]));
    return array;
}

static struct json_object *stack_of(const struct finding_object *object)
{
    struct json_object *array = json_object_new_array();
    for (size_t i = 0; i < object->stack_count; i++)
        json_object_array_add(array, text(object->stack[i].text));
    return array;
}

static struct json_object *object_of(const struct finding_object *object)
{
    struct json_object *made = json_object_new_object();
    add(made, "object", text(object->object));
    add(made, "kind", text(object->kind));
    add(made, "name", text(object->name));
    if (object->mode)
        add(made, "mode", text(object->mode));
    if (object->verb)
        add(made, "verb", text(object->verb));
    add(made, "site", text(object->stack_count ? object->stack[0].text : ""));
    add(made, "address", address(object->address));
    add(made, "birth", text(object->birth));
    add(made, "since_ns", json_object_new_int64(object->since_ns));
    add(made, "stack", stack_of(object));
    return made;
}

/* Which process, and of which host where there are several. */
static void add_process(struct json_object *made, int32_t pid)
{
    add(made, "pid", json_object_new_int(hosts_own(pid)));
    if (hosts_several())
        add(made, "host", text(hosts_name(pid)));
}

static struct json_object *step_of(const struct finding_step *step)
{
    struct json_object *made = json_object_new_object();
    add_process(made, step->pid);
    add(made, "tid", json_object_new_int(hosts_own(step->tid)));
    add(made, "thread", text(step->thread));
    add(made, "holds", object_of(&step->holds));
    add(made, "wants", object_of(&step->wants));
    return made;
}

static struct json_object *move_of(const struct finding_move *move)
{
    struct json_object *made = json_object_new_object();
    add_process(made, move->pid);
    add(made, "tid", json_object_new_int(hosts_own(move->tid)));
    add(made, "thread", text(move->thread));
    add(made, "text", text(move->text));
    add(made, "place", text(move->place));
    add(made, "site", address(move->site));
    add(made, "time_ns", json_object_new_int64(move->time_ns));
    add(made, "stands", json_object_new_boolean(move->stands));
    return made;
}

static struct json_object *moves_of(const struct finding *finding)
{
    struct json_object *moves = json_object_new_array();
    for (size_t i = 0; i < finding->move_count; i++)
        json_object_array_add(moves, move_of(&finding->moves[i]));
    return moves;
}

static struct json_object *finding_of(const struct finding *finding)
{
    struct json_object *made = json_object_new_object(), *steps = json_object_new_array();
    add(made, "id", text(finding->id));
    add(made, "kind", text(finding_kind_word(finding->kind)));
    add(made, "certainty", text(finding_certainty_word(finding->certainty)));
    add(made, "reason", text(finding->reason));
    add(made, "message", text(finding->message));
    add(made, "advice", text(finding->advice));
    add(made, "count", number(finding->count ? finding->count : 1));
    for (size_t i = 0; i < finding->step_count; i++)
        json_object_array_add(steps, step_of(&finding->steps[i]));
    add(made, "steps", steps);
    if (finding->move_count)
        add(made, "schedule", moves_of(finding));
    return made;
}

static struct json_object *notes_of(const struct report *report)
{
    const struct findings *findings = report->findings;
    struct json_object *array = texts((const char *const *)findings->notes, findings->note_count);
    for (size_t i = 0; i < report->note_count; i++)
        json_object_array_add(array, text(report->notes[i]));
    return array;
}

static struct json_object *trace_of(const struct report *report)
{
    struct json_object *made = json_object_new_object();
    const struct model_totals *totals = report->totals;
    const struct reader_losses *losses = report->losses;
    add(made, "paths", texts(report->paths, report->path_count));
    add(made, "events", number(totals->events));
    add(made, "lost", number(losses->lost_events));
    add(made, "processes", number(totals->processes));
    add(made, "threads", number(totals->threads));
    add(made, "objects", number(totals->objects));
    add(made, "begin_ns", json_object_new_int64(totals->begin_ns));
    add(made, "end_ns", json_object_new_int64(totals->end_ns));
    add(made, "stopped_ns", json_object_new_int64(report->stopped_ns));
    add(made, "complete", json_object_new_boolean(!report_incomplete(report)));
    add(made, "lost_packets", number(losses->lost_packets));
    add(made, "unreadable", number(losses->unreadable));
    add(made, "foreign", number(losses->foreign_events));
    add(made, "truncated", json_object_new_boolean(losses->truncated));
    add(made, "trouble", text(losses->trouble));
    add(made, "notes", notes_of(report));
    return made;
}

static void render(FILE *out, const struct report *report, const struct render_options *options)
{
    struct json_object *root = json_object_new_object(), *findings = json_object_new_array();
    (void)options;
    for (size_t i = 0; i < report->findings->count; i++)
        if (report_shows(report, &report->findings->at[i]))
            json_object_array_add(findings, finding_of(&report->findings->at[i]));
    add(root, "version", json_object_new_int(1));
    add(root, "trace", trace_of(report));
    add(root, "findings", findings);
    fputs(json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE), out);
    fputc('\n', out);
    json_object_put(root);
}

const struct render_ops render_json = {.name = "json", .report = render};
