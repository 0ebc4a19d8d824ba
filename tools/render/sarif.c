/* SPDX-License-Identifier: MIT */
/* Findings as SARIF 2.1.0 (OASIS), which code-scanning services and editors read: a run with a rule for each kind found. */
#include "config.h"
#include "render/render.h"

#include <ctype.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/memory.h"

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

static void add(struct json_object *to, const char *key, struct json_object *value)
{
    json_object_object_add(to, key, value);
}

static struct json_object *text(const char *text)
{
    char *clean = clean_text(text ? text : "");
    struct json_object *made = json_object_new_string(clean);
    free(clean);
    return made;
}

/* {"text": ...}: a sentence, with its capital and its full stop. */
static struct json_object *message(const char *sentence)
{
    struct json_object *made = json_object_new_object();
    char *whole = memory_format("%s.", sentence);
    *whole = (char)toupper((unsigned char)*whole);
    add(made, "text", text(whole));
    free(whole);
    return made;
}

/* --- places --- */

static char *percent_encoded(const char *path)
{
    char *encoded = memory_new(3 * strlen(path) + 1, 1), *to = encoded;
    for (const unsigned char *from = (const unsigned char *)path; *from; from++) {
        if (isalnum(*from) || strchr("-._~/+,=@", *from))
            *to++ = (char)*from;
        else
            to += sprintf(to, "%%%02X", *from);
    }
    return encoded;
}

/* The checkout that the working directory lies in, else that directory; to be freed, NULL where there is none. */
static char *source_root(void)
{
    char *here = getcwd(NULL, 0), *root = here ? memory_text(here) : NULL;
    while (root && *root) {
        char *git = memory_format("%s/.git", root);
        bool there = access(git, F_OK) == 0;
        free(git);
        if (there)
            break;
        *strrchr(root, '/') = '\0';
    }
    if (root && *root) {
        free(here);
        return root;
    }
    free(root);
    return here;
}

/* Files below the root are named from there: so a service finds them in its checkout. */
static struct json_object *artifact_of(const char *file)
{
    struct json_object *made = json_object_new_object();
    char *root = source_root(), *real = realpath(file, NULL);
    size_t length = root ? strlen(root) : 0;
    const char *path = real ? real : file;
    bool below = length > 1 && strncmp(path, root, length) == 0 && path[length] == '/';
    char *encoded = percent_encoded(below ? path + length + 1 : path);
    char *uri = memory_format("%s%s", *encoded == '/' ? "file://" : "", encoded);
    add(made, "uri", json_object_new_string(uri));
    if (*encoded != '/')
        add(made, "uriBaseId", text("SRCROOT"));
    free(uri);
    free(encoded);
    free(real);
    free(root);
    return made;
}

static struct json_object *physical_of(const struct finding_frame *frame)
{
    struct json_object *made = json_object_new_object(), *region = json_object_new_object();
    add(made, "artifactLocation", artifact_of(frame->file ? frame->file : frame->module));
    if (frame->file && frame->line > 0) {
        add(region, "startLine", json_object_new_int(frame->line));
        add(made, "region", region);
    } else {
        json_object_put(region);
    }
    return made;
}

static struct json_object *location_of(const struct finding_frame *frame, struct json_object *said)
{
    struct json_object *made = json_object_new_object(), *logical = json_object_new_object(), *all = json_object_new_array();
    if (frame && (frame->file || frame->module))
        add(made, "physicalLocation", physical_of(frame));
    add(logical, "fullyQualifiedName", text(!frame ? "?" : frame->function ? frame->function : frame->text));
    add(logical, "kind", text("function"));
    json_object_array_add(all, logical);
    add(made, "logicalLocations", all);
    if (said)
        add(made, "message", said);
    return made;
}

/* --- what threads did --- */

static bool is_there(const struct finding_object *object)
{
    return object->kind && *object->kind;
}

static struct json_object *says(const struct finding *finding, const struct finding_step *step, const struct finding_object *object)
{
    bool holds = object == &step->holds, order = finding->kind == FINDING_lock_order;
    const char *verb = object->verb ? object->verb : holds ? (order ? "took" : "holds") : order ? "then took" : "waits for";
    char *sentence = memory_format("%s %s %s", step->thread, verb, object->object);
    struct json_object *made = json_object_new_object();
    add(made, "text", text(sentence));
    free(sentence);
    return made;
}

static const struct finding_frame *site_of(const struct finding_object *object)
{
    return object->stack_count ? &object->stack[0] : NULL;
}

static void add_flow(struct json_object *flow, const struct finding *finding, const struct finding_step *step,
                     const struct finding_object *object)
{
    struct json_object *made = json_object_new_object();
    if (!is_there(object)) {
        json_object_put(made);
        return;
    }
    add(made, "location", location_of(site_of(object), says(finding, step, object)));
    json_object_array_add(flow, made);
}

/* One code flow, in which each thread goes its way. */
static struct json_object *code_flows_of(const struct finding *finding)
{
    struct json_object *all = json_object_new_array(), *flow = json_object_new_object(), *threads = json_object_new_array();
    for (size_t i = 0; i < finding->step_count; i++) {
        const struct finding_step *step = &finding->steps[i];
        struct json_object *thread = json_object_new_object(), *locations = json_object_new_array();
        add_flow(locations, finding, step, &step->holds);
        add_flow(locations, finding, step, &step->wants);
        add(thread, "id", text(step->thread));
        add(thread, "locations", locations);
        if (json_object_array_length(locations) > 0)
            json_object_array_add(threads, thread);
        else
            json_object_put(thread);
    }
    add(flow, "threadFlows", threads);
    if (json_object_array_length(threads) > 0)
        json_object_array_add(all, flow);
    else
        json_object_put(flow);
    return all;
}

static void add_stack(struct json_object *stacks, const struct finding *finding, const struct finding_step *step,
                      const struct finding_object *object)
{
    struct json_object *made = json_object_new_object(), *frames = json_object_new_array();
    for (size_t i = 0; i < object->stack_count; i++) {
        struct json_object *frame = json_object_new_object();
        add(frame, "location", location_of(&object->stack[i], NULL));
        if (object->stack[i].module)
            add(frame, "module", text(object->stack[i].module));
        json_object_array_add(frames, frame);
    }
    add(made, "message", says(finding, step, object));
    add(made, "frames", frames);
    json_object_array_add(stacks, made);
}

static struct json_object *stacks_of(const struct finding *finding)
{
    struct json_object *stacks = json_object_new_array();
    for (size_t i = 0; i < finding->step_count; i++) {
        const struct finding_step *step = &finding->steps[i];
        if (is_there(&step->holds) && step->holds.stack_count)
            add_stack(stacks, finding, step, &step->holds);
        if (is_there(&step->wants) && step->wants.stack_count)
            add_stack(stacks, finding, step, &step->wants);
    }
    return stacks;
}

/* Where to look first: what each thread wants. */
static struct json_object *locations_of(const struct finding *finding, size_t from, size_t to)
{
    struct json_object *locations = json_object_new_array();
    for (size_t i = from; i < to && i < finding->step_count; i++) {
        const struct finding_step *step = &finding->steps[i];
        const struct finding_object *object = is_there(&step->wants) ? &step->wants : &step->holds;
        if (is_there(object))
            json_object_array_add(locations, location_of(site_of(object), says(finding, step, object)));
    }
    return locations;
}

/* --- results --- */

static const char *level_of(const struct finding *finding)
{
    return finding->certainty == CERTAINTY_infeasible ? "none" : finding_kind_level(finding->kind);
}

static struct json_object *suppressions_of(const struct finding *finding)
{
    struct json_object *all = json_object_new_array(), *made = json_object_new_object();
    add(made, "kind", text("external"));
    add(made, "justification", text(finding->suppressed));
    json_object_array_add(all, made);
    return all;
}

static struct json_object *result_of(const struct finding *finding, int rule)
{
    struct json_object *made = json_object_new_object(), *prints = json_object_new_object(), *more = json_object_new_object();
    char *sentence = memory_format("%s: %s", finding_certainty_word(finding->certainty), finding->message);
    add(made, "ruleId", text(finding_kind_word(finding->kind)));
    add(made, "ruleIndex", json_object_new_int(rule));
    add(made, "level", text(level_of(finding)));
    add(made, "message", message(sentence));
    add(made, "locations", locations_of(finding, 0, 1));
    add(made, "relatedLocations", locations_of(finding, 1, finding->step_count));
    add(made, "codeFlows", code_flows_of(finding));
    add(made, "stacks", stacks_of(finding));
    add(prints, "thrumFinding/v1", text(finding->id));
    add(made, "partialFingerprints", prints);
    add(made, "occurrenceCount", json_object_new_int64(finding->count ? (int64_t)finding->count : 1));
    if (finding->suppressed)
        add(made, "suppressions", suppressions_of(finding));
    add(more, "certainty", text(finding_certainty_word(finding->certainty)));
    add(more, "reason", text(finding->reason));
    add(made, "properties", more);
    free(sentence);
    return made;
}

static struct json_object *rule_of(enum finding_kind kind)
{
    struct json_object *made = json_object_new_object(), *configuration = json_object_new_object();
    add(made, "id", text(finding_kind_word(kind)));
    add(made, "shortDescription", message(finding_kind_meaning(kind)));
    add(made, "help", message(finding_kind_advice(kind)));
    add(configuration, "level", text(finding_kind_level(kind)));
    add(made, "defaultConfiguration", configuration);
    return made;
}

/* The run's results; rules are added to as kinds appear. What was ruled out is left out unless all is asked for. */
static struct json_object *results_of(const struct report *report, struct json_object *rules)
{
    struct json_object *results = json_object_new_array();
    int index[FINDING_KIND_COUNT];
    memset(index, -1, sizeof(index));
    for (size_t i = 0; i < report->findings->count; i++) {
        const struct finding *finding = &report->findings->at[i];
        if (!report_shows(report, finding) && !finding->suppressed)
            continue;
        if (index[finding->kind] < 0) {
            index[finding->kind] = (int)json_object_array_length(rules);
            json_object_array_add(rules, rule_of(finding->kind));
        }
        json_object_array_add(results, result_of(finding, index[finding->kind]));
    }
    return results;
}

static struct json_object *tool_of(struct json_object *rules)
{
    struct json_object *made = json_object_new_object(), *driver = json_object_new_object();
    add(driver, "name", text("thrum"));
    add(driver, "semanticVersion", text(PACKAGE_VERSION));
    add(driver, "rules", rules);
    add(made, "driver", driver);
    return made;
}

static struct json_object *invocations_of(const struct report *report)
{
    struct json_object *all = json_object_new_array(), *made = json_object_new_object(), *notes = json_object_new_array();
    add(made, "executionSuccessful", json_object_new_boolean(!report_incomplete(report)));
    for (size_t i = 0; i < report->findings->note_count; i++) {
        struct json_object *note = json_object_new_object();
        add(note, "message", message(report->findings->notes[i]));
        add(note, "level", text("note"));
        json_object_array_add(notes, note);
    }
    add(made, "toolExecutionNotifications", notes);
    json_object_array_add(all, made);
    return all;
}

static void render(FILE *out, const struct report *report, const struct render_options *options)
{
    struct json_object *root = json_object_new_object(), *runs = json_object_new_array(), *run = json_object_new_object();
    struct json_object *rules = json_object_new_array(), *results = results_of(report, rules);
    (void)options;
    add(run, "tool", tool_of(rules));
    add(run, "invocations", invocations_of(report));
    add(run, "results", results);
    add(run, "columnKind", text("utf16CodeUnits"));
    json_object_array_add(runs, run);
    add(root, "$schema", json_object_new_string(SCHEMA));
    add(root, "version", json_object_new_string("2.1.0"));
    add(root, "runs", runs);
    fputs(json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE), out);
    fputc('\n', out);
    json_object_put(root);
}

const struct render_ops render_sarif = {.name = "sarif", .report = render};
