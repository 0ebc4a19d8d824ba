/* SPDX-License-Identifier: MIT */
/* The page's data: threads, objects, findings as JSON. */
#include "config.h"

#include <json-c/json.h>
#include <stdlib.h>
#include "base/hosts.h"
#include "render/html-inner.h"
#include "render/pack.h"
#include "render/pins.h"
#include "render/render.h"
#include "base/memory.h"
#include "model/words.h"

/* --- small pieces of JSON --- */

/* Names come from the traced program, and may hold anything. */
static struct json_object *text_json(const char *text)
{
    char *clean = clean_text(text);
    struct json_object *json = json_object_new_string(clean);
    free(clean);
    return json;
}

/* Takes the text. */
static struct json_object *owned_json(char *text)
{
    struct json_object *json = text_json(text);
    free(text);
    return json;
}

static void put(struct json_object *object, const char *key, struct json_object *value)
{
    json_object_object_add(object, key, value);
}

static void put_number(struct json_object *object, const char *key, int64_t number)
{
    put(object, key, json_object_new_int64(number));
}

static void put_text(struct json_object *object, const char *key, const char *text)
{
    put(object, key, text_json(text));
}

static void put_flag(struct json_object *object, const char *key, bool flag)
{
    put(object, key, json_object_new_boolean(flag));
}

static int64_t place_or_minus(uint32_t place)
{
    return place == TIMELINE_NONE ? -1 : (int64_t)place;
}

/* --- who takes part --- */

static struct json_object *processes_json(const struct timeline *timeline)
{
    struct json_object *list = json_object_new_array();
    for (uint32_t i = 0; i < timeline->processes.count; i++) {
        struct json_object *process = json_object_new_object();
        put_number(process, "pid", hosts_own(timeline->processes.at[i].pid));
        put(process, "name", owned_json(timeline_process_name(timeline, i)));
        put_text(process, "executable", timeline->processes.at[i].executable);
        json_object_array_add(list, process);
    }
    return list;
}

static struct json_object *thread_json(const struct timeline *timeline, uint32_t place)
{
    const struct timeline_thread *it = &timeline->threads.at[place];
    struct json_object *thread = json_object_new_object();
    put_number(thread, "process", it->process);
    put_number(thread, "tid", hosts_own(it->tid));
    put_number(thread, "number", it->number);
    put(thread, "name", owned_json(timeline_thread_name(timeline, place)));
    put_number(thread, "begin", it->begin_ns - timeline->begin_ns);
    put_number(thread, "end", it->end_ns - timeline->begin_ns);
    put_flag(thread, "before", it->before);
    put_flag(thread, "open", it->open);
    put_number(thread, "routine", it->routine);
    return thread;
}

static struct json_object *object_json(const struct timeline *timeline, uint32_t place)
{
    const struct timeline_object *it = &timeline->objects.at[place];
    struct json_object *object = json_object_new_object();
    put_number(object, "process", it->process);
    put_text(object, "kind", kind_word(it->kind));
    put_text(object, "word", it->word);
    put_flag(object, "lock", it->lock);
    put(object, "label", owned_json(timeline_object_label(timeline, place)));
    put_text(object, "name", it->name ? it->name : "");
    put(object, "address", owned_json(memory_format("0x%llx", (unsigned long long)it->address)));
    put_number(object, "birth", it->birth);
    put_number(object, "thread", place_or_minus(it->thread));
    return object;
}

static struct json_object *threads_json(const struct timeline *timeline)
{
    struct json_object *list = json_object_new_array();
    for (uint32_t i = 0; i < timeline->threads.count; i++)
        json_object_array_add(list, thread_json(timeline, i));
    return list;
}

static struct json_object *objects_json(const struct timeline *timeline)
{
    struct json_object *list = json_object_new_array();
    for (uint32_t i = 0; i < timeline->objects.count; i++)
        json_object_array_add(list, object_json(timeline, i));
    return list;
}

static struct json_object *frames_json(const struct timeline *timeline)
{
    struct json_object *list = json_object_new_array();
    for (size_t i = 0; i < timeline->frames.count; i++)
        json_object_array_add(list, text_json(timeline->frames.at[i]));
    return list;
}

static struct json_object *stacks_json(const struct timeline *timeline)
{
    struct json_object *list = json_object_new_array();
    for (size_t i = 0; i < timeline->stacks.count; i++) {
        struct json_object *stack = json_object_new_array();
        const uint32_t *frames = timeline->stacks.at[i];
        for (uint32_t j = 1; frames && j <= frames[0]; j++)
            json_object_array_add(stack, json_object_new_int64(frames[j]));
        json_object_array_add(list, stack);
    }
    return list;
}

/* --- findings --- */
struct pins {
    struct pin *at;
    size_t count;
};

static struct json_object *side_json(const struct timeline *timeline, int32_t pid, const struct finding_object *side)
{
    struct json_object *json = json_object_new_object();
    uint32_t place = side->kind ? timeline_find_object(timeline, pid, side->address) : TIMELINE_NONE;
    put_number(json, "object", place_or_minus(place));
    if (place != TIMELINE_NONE)
        put(json, "name", owned_json(timeline_object_label(timeline, place)));
    else
        put_text(json, "name", side->object ? side->object : "");
    put_text(json, "site", side->stack_count && side->stack[0].text ? side->stack[0].text : "");
    return json;
}

static struct json_object *step_json(const struct timeline *timeline, const struct finding_step *step)
{
    struct json_object *json = json_object_new_object();
    put_number(json, "thread", place_or_minus(timeline_find_thread(timeline, step->pid, step->tid)));
    put_text(json, "name", step->thread ? step->thread : "");
    put(json, "holds", side_json(timeline, step->pid, &step->holds));
    put(json, "wants", side_json(timeline, step->pid, &step->wants));
    return json;
}

/* The schedule, a line for each move. */
static struct json_object *moves_json(const struct finding *it)
{
    struct json_object *moves = json_object_new_array();
    for (size_t i = 0; i < it->move_count; i++) {
        char *text = memory_format("%s %s", it->moves[i].thread, it->moves[i].text);
        json_object_array_add(moves, owned_json(clean_text(text)));
        free(text);
    }
    return moves;
}

static struct json_object *pin_json(const struct timeline *timeline, const struct pin *pin)
{
    struct json_object *json = json_object_new_object();
    put_number(json, "thread", pin->thread);
    put_number(json, "time", pin->time_ns - timeline->begin_ns);
    if (pin->told != TIMELINE_NONE) {
        put_number(json, "site", timeline->told.at[pin->told].site);
        put_number(json, "stack", timeline->told.at[pin->told].stack);
    }
    return json;
}

/* The pins of a finding; `told`: of what the checker told of at that place. */
static struct json_object *pins_json(const struct timeline *timeline, const struct pins *pins, uint32_t finding, uint32_t told)
{
    struct json_object *list = json_object_new_array();
    for (size_t i = 0; i < pins->count; i++)
        if (pins->at[i].finding == finding && (told == TIMELINE_NONE || pins->at[i].told == told))
            json_object_array_add(list, pin_json(timeline, &pins->at[i]));
    return list;
}

static struct json_object *finding_json(const struct timeline *timeline, const struct finding *it)
{
    struct json_object *finding = json_object_new_object(), *steps = json_object_new_array();
    put_text(finding, "id", it->id ? it->id : "");
    put_text(finding, "kind", finding_kind_word(it->kind));
    put_text(finding, "certainty", finding_certainty_word(it->certainty));
    put_text(finding, "reason", it->reason ? it->reason : "");
    put_text(finding, "message", it->message ? it->message : "");
    put_text(finding, "advice", it->advice ? it->advice : "");
    for (size_t i = 0; i < it->step_count; i++)
        json_object_array_add(steps, step_json(timeline, &it->steps[i]));
    put(finding, "steps", steps);
    put(finding, "moves", moves_json(it));
    return finding;
}

/* What the checker in the process alone told of. */
static struct json_object *told_json(const struct timeline_told *told)
{
    struct json_object *finding = json_object_new_object();
    put_text(finding, "id", told->id);
    put_text(finding, "kind", told->finding);
    put_text(finding, "certainty", told->certainty);
    put_text(finding, "reason", "");
    put_text(finding, "message", told->message);
    put_text(finding, "advice", "");
    put(finding, "steps", json_object_new_array());
    put(finding, "moves", json_object_new_array());
    return finding;
}

static struct json_object *findings_json(const struct timeline *timeline, const struct report *report)
{
    struct json_object *list = json_object_new_array(), *finding;
    struct pins pins = {0};
    pins.at = pins_make(timeline, report, &pins.count);
    for (uint32_t i = 0; i < report->findings->count; i++)
        if (report_shows(report, &report->findings->at[i])) {
            json_object_array_add(list, finding = finding_json(timeline, &report->findings->at[i]));
            put(finding, "pins", pins_json(timeline, &pins, i, TIMELINE_NONE));
        }
    for (uint32_t i = 0; i < timeline->told.count; i++)
        if (timeline->told.at[i].thread != TIMELINE_NONE && pins_finding_of(timeline, report, &timeline->told.at[i]) == TIMELINE_NONE) {
            json_object_array_add(list, finding = told_json(&timeline->told.at[i]));
            put(finding, "pins", pins_json(timeline, &pins, TIMELINE_NONE, i));
        }
    free(pins.at);
    return list;
}

static struct json_object *notes_json(const struct report *report)
{
    struct json_object *list = json_object_new_array();
    for (size_t i = 0; i < report->findings->note_count; i++)
        json_object_array_add(list, text_json(report->findings->notes[i]));
    for (size_t i = 0; i < report->note_count; i++)
        json_object_array_add(list, text_json(report->notes[i]));
    return list;
}

/* --- how whole it is --- */
static struct json_object *trace_json(const struct report *report)
{
    const struct reader_losses *losses = report->losses;
    struct json_object *trace = json_object_new_object(), *paths = json_object_new_array();
    for (size_t i = 0; i < report->path_count; i++)
        json_object_array_add(paths, text_json(report->paths[i]));
    put(trace, "paths", paths);
    put_number(trace, "events", (int64_t)report->totals->events);
    put_number(trace, "lost", (int64_t)losses->lost_events);
    put_number(trace, "lost_packets", (int64_t)(losses->lost_packets - losses->overwritten));
    put_number(trace, "overwritten", (int64_t)losses->overwritten);
    put_number(trace, "unreadable", (int64_t)losses->unreadable);
    put_flag(trace, "truncated", losses->truncated);
    put_text(trace, "trouble", losses->trouble ? losses->trouble : "");
    return trace;
}

static struct json_object *left_out_json(const struct timeline *timeline)
{
    struct json_object *left_out = json_object_new_object();
    put_number(left_out, "objects", (int64_t)timeline->left_out_objects);
    put_number(left_out, "spans", (int64_t)timeline->left_out_spans);
    put_text(left_out, "why", "inside _PyRuntime: Python\xe2\x80\x99s global interpreter lock");
    return left_out;
}

static struct json_object *results_json(const struct timeline *timeline)
{
    struct json_object *results = json_object_new_object();
    bool seen[UINT8_MAX + 1] = {false};
    for (size_t i = 0; i < timeline->spans.count; i++)
        seen[timeline->spans.at[i].result] = true;
    for (unsigned number = 0; number <= UINT8_MAX; number++) {
        char key[8];
        snprintf(key, sizeof key, "%u", number);
        if (seen[number])
            put_text(results, key, result_word(number));
    }
    return results;
}

char *html_head(const struct timeline *timeline, const struct report *report, struct pack *pack)
{
    struct json_object *head = json_object_new_object();
    put_number(head, "version", 1);
    put(head, "title", owned_json(timeline_title(timeline)));
    put(head, "begin_ns", owned_json(memory_format("%lld", (long long)timeline->begin_ns)));
    put_number(head, "duration_ns", timeline->end_ns - timeline->begin_ns);
    if (timeline->from_ns > timeline->begin_ns || timeline->to_ns < timeline->end_ns) {
        put_number(head, "from_ns", timeline->from_ns - timeline->begin_ns);
        put_number(head, "to_ns", timeline->to_ns - timeline->begin_ns);
    }
    if (timeline_nothing(timeline))
        put_text(head, "nothing", timeline_nothing(timeline));
    put_number(head, "last_ns", timeline->last_ns - timeline->begin_ns);
    put_number(head, "quiet_ns", timeline->quiet_ns);
    put(head, "trace", trace_json(report));
    put(head, "left_out", left_out_json(timeline));
    put(head, "processes", processes_json(timeline));
    put(head, "threads", threads_json(timeline));
    put(head, "objects", objects_json(timeline));
    put(head, "frames", frames_json(timeline));
    put(head, "stacks", stacks_json(timeline));
    put(head, "results", results_json(timeline));
    put(head, "findings", findings_json(timeline, report));
    put(head, "notes", notes_json(report));
    put(head, "tables", html_tables(timeline, pack));
    char *text = memory_text(json_object_to_json_string_ext(head, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(head);
    return text;
}
