/* SPDX-License-Identifier: MIT */
/* Lines of the checker's, as findings. */
#include "config.h"
#include "check/log.h"

#include <ctype.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include "model/known.h"
#include "base/memory.h"

static struct json_object *member(struct json_object *of, const char *key)
{
    struct json_object *value = NULL;
    json_object_object_get_ex(of, key, &value);
    return value;
}

static const char *text(struct json_object *of, const char *key)
{
    struct json_object *value = member(of, key);
    return value ? json_object_get_string(value) : "";
}

static uint64_t number(struct json_object *of, const char *key)
{
    return json_object_get_uint64(member(of, key));
}

static void take_module(struct check_log *log, struct json_object *module)
{
    struct trace_event event = {.id = THRUM_EVENT_module_load};
    struct thrum_event_module_load *load = &event.record.module_load;
    load->common.pid = load->common.tid = (int32_t)number(module, "pid");
    load->base = number(module, "base");
    load->begin = number(module, "begin");
    load->end = number(module, "end");
    load->path = text(module, "path");
    load->build_id = text(module, "build_id");
    symbols_event(log->symbols, &event);
}

static void take_line(struct check_log *log, struct json_object *line)
{
    struct trace_event event = {.id = THRUM_EVENT_source_line};
    struct thrum_event_source_line *source = &event.record.source_line;
    source->common.pid = source->common.tid = (int32_t)number(line, "pid");
    source->site = number(line, "site");
    source->function = text(line, "function");
    source->file = text(line, "file");
    source->line = (uint32_t)number(line, "line");
    symbols_event(log->symbols, &event);
}

static void take_stack(struct check_log *log, struct finding_object *object, int32_t pid, struct json_object *stack)
{
    size_t count = stack ? json_object_array_length(stack) : 0;
    uint64_t *at = memory_new(count + 1, sizeof(*at));
    for (size_t i = 0; i < count; i++)
        at[i] = json_object_get_uint64(json_object_array_get_idx(stack, i));
    count = symbols_stack_length(log->symbols, pid, 0, at, count);
    object->stack = memory_new(count + 1, sizeof(*object->stack));
    for (size_t i = 0; i < count; i++) {
        const struct symbol_place *place = symbols_call(log->symbols, pid, 0, at[i]);
        if (i > 0 && symbols_between(log->symbols, pid, 0, at[i]))
            continue;
        object->stack[object->stack_count++] = (struct finding_frame){.address = at[i], .text = memory_text(place->site->text),
                                                  .function = place->site->function, .file = place->site->file,
                                                  .line = place->site->line, .module = *place->module ? place->module : NULL};
    }
    free(at);
}

static void call_thread(struct finding_object *object, const char *name)
{
    free(object->kind), free(object->name), free(object->object);
    object->kind = memory_text("thread");
    object->name = memory_text(name);
    object->object = memory_format("thread %s", name);
}

/* Threads without a name are told by their number. */
static char *thread_name(const char *word)
{
    return word[strspn(word, "0123456789")] ? memory_text(word) : memory_format("thread %s", word);
}

/* "Python lock 2": the same for the same object as long as the log goes on. */
static char *label_of(struct check_log *log, int32_t pid, uint64_t address, const char *word, char letter)
{
    struct check_object *object = NULL;
    for (size_t i = 0; i < log->object_count && !object; i++) {
        struct check_object *one = &log->objects[i];
        if (one->pid == pid && one->address == address && one->letter == letter)
            object = one;
    }
    if (!object) {
        log->objects = memory_grow(log->objects, log->object_count + 1, &log->object_capacity, sizeof(*log->objects));
        object = &log->objects[log->object_count++];
        *object = (struct check_object){.pid = pid, .address = address, .letter = letter, .number = (unsigned)log->object_count};
    }
    return memory_format("%s %u", word, object->number);
}

/* Its name, or what tells it from others and where it was made. */
static void name_object(struct check_log *log, struct finding_object *object, int32_t pid, struct json_object *from)
{
    uint64_t birth_site = member(from, "birth") ? number(from, "birth") : 0;
    if (!*object->kind) {
        object->name = memory_text(""), object->birth = memory_text(""), object->object = memory_text("");
        return;
    }
    if (strcmp(object->kind, "signal") == 0) {
        const char *abbreviation = sigabbrev_np((int)object->address);
        object->birth = memory_text("");
        object->name = abbreviation ? memory_format("SIG%s", abbreviation) : memory_format("%d", (int)object->address);
        object->object = memory_format("signal %s", object->name);
        return;
    }
    if (strcmp(object->kind, "process") == 0) {
        object->birth = memory_text("");
        object->name = memory_format("process %d", (int)object->address);
        object->object = memory_text(object->name);
        return;
    }
    if (*text(from, "name")) {
        object->birth = memory_text("");
        object->name = memory_text(text(from, "name"));
        object->object = memory_format("%s %s", object->kind, object->name);
        return;
    }
    if (*text(from, "place")) {
        object->birth = memory_text(text(from, "place"));
        object->name = memory_text("");
        object->object = label_of(log, 0, number(from, "label"), object->kind, (char)toupper((unsigned char)*object->kind));
        return;
    }
    const struct symbol_variable *variable = symbols_variable(log->symbols, pid, 0, object->address);
    const struct symbol_place *birth = birth_site ? symbols_call(log->symbols, pid, 0, birth_site) : NULL;
    const struct known *known = known_object(variable, birth);
    object->birth = memory_text(birth ? birth->site->text : variable ? variable->place : "");
    if (variable && !known) {
        object->name = memory_text(variable->name);
        object->object = memory_format("%s %s", object->kind, variable->name);
        return;
    }
    char *given = known && !known->inner ? symbol_given(birth) : NULL;
    object->object = label_of(log, pid, object->address, given ? given : known ? known->word : object->kind,
                              (char)toupper((unsigned char)*object->kind));
    free(given);
    object->name = memory_text(known ? object->object : "");
}

void check_log_object(struct check_log *log, struct finding_object *object, int32_t pid, struct json_object *from)
{
    object->address = number(from, "object");
    object->since_ns = -1;
    object->kind = memory_text(text(from, "kind"));
    object->verb = *text(from, "verb") ? memory_text(text(from, "verb")) : NULL;
    name_object(log, object, pid, from);
    take_stack(log, object, pid, member(from, "stack"));
    if (strcmp(object->kind, "thread") == 0 && *text(from, "thread")) {
        char *name = thread_name(text(from, "thread"));
        call_thread(object, name);
        free(name);
    }
}

static void take_step(struct check_log *log, struct finding_step *step, struct json_object *from)
{
    const char *name = text(from, "thread");
    step->pid = (int32_t)number(from, "pid");
    step->tid = (int32_t)number(from, "tid");
    step->thread = *name ? memory_text(name) : memory_format("thread %d", step->tid);
    check_log_object(log, &step->holds, step->pid, member(from, "holds"));
    check_log_object(log, &step->wants, step->pid, member(from, "wants"));
}

static enum finding_certainty certainty_of(const char *word)
{
    enum finding_certainty certainty = CERTAINTY_happened;
    while (certainty < CERTAINTY_infeasible && strcmp(finding_certainty_word(certainty), word) != 0)
        certainty++;
    return certainty;
}

/* Where one waits for another's end, that end is what the other has to give. */
static void name_joins(struct finding *finding)
{
    for (size_t i = 0; i < finding->step_count; i++) {
        struct finding_step *next = &finding->steps[(i + 1) % finding->step_count];
        if (strcmp(finding->steps[i].wants.kind, "thread") != 0)
            continue;
        if (finding->steps[i].wants.verb)
            continue;
        call_thread(&finding->steps[i].wants, next->thread);
        call_thread(&next->holds, next->thread);
    }
}

static const char *reason_of(const struct finding *finding)
{
    if (finding->kind == FINDING_lock_order)
        return "these threads did so, each at its own time, with no common lock around it and nothing that always puts one before the "
               "other: no start or end of a thread, no barrier for all, no semaphore between the two; when they meet, each waits for the "
               "other for ever; whether one only gets there after the other has set a flag or signalled a condition isn't seen here, "
               "but often in a recording (thrum record)";
    if (finding->kind == FINDING_deadlock || finding->kind == FINDING_self_deadlock)
        return "it was so when the last of them began to wait";
    if (finding->kind == FINDING_communication && finding->certainty == CERTAINTY_happened)
        return "each of them slept, without a timeout, for what only another of the process's threads could give, as the kernel said "
               "too; no signal has a handler that could";
    return finding->certainty == CERTAINTY_happened ? "it was seen as it happened" : "nothing that was seen rules it out";
}

/* The words that the checker sent, else those that every finding of the kind has. */
static char *words_or(struct json_object *from, const char *key, const char *common)
{
    return memory_text(*text(from, key) ? text(from, key) : common);
}

/* All wait, and none of them with a lock held. */
static bool is_lost_wakeup(const struct finding *finding)
{
    for (size_t i = 0; i < finding->step_count; i++)
        if (finding->steps[i].wants.verb && strcmp(finding->steps[i].wants.verb, "holds") == 0)
            return false;
    return finding->kind == FINDING_communication && finding->certainty == CERTAINTY_happened;
}

static void explain(struct finding *finding, struct json_object *from)
{
    const char *advice = is_lost_wakeup(finding) ? finding_lost_wakeup_advice() : finding_kind_advice(finding->kind);
    bool order = finding->kind == FINDING_lock_order;

    finding->message = words_or(from, "message", order ? "these threads take locks in opposite orders" : finding_kind_message(finding->kind));
    finding->reason = words_or(from, "reason", reason_of(finding));
    finding->advice = words_or(from, "advice", advice);
}

/* The same for the same places in every run: sites as functions and lines, in whatever order the threads came. */
static char *id_of(const struct finding *finding)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < finding->step_count; i++) {
        const struct finding_object *parts[] = {&finding->steps[i].holds, &finding->steps[i].wants};
        uint64_t hash = 0xcbf29ce484222325u;
        for (int part = 0; part < 2; part++)
            for (const char *at = parts[part]->stack_count ? parts[part]->stack[0].text : ""; *at; at++)
                hash = (hash ^ (unsigned char)*at) * 0x100000001b3u;
        sum += hash;
    }
    return memory_format("%s-%08" PRIx64, finding_kind_word(finding->kind), (sum ^ sum >> 32) & 0xffffffff);
}

static size_t find_by_id(const struct findings *findings, const struct finding *finding)
{
    size_t at = 0;
    while (at < findings->count && strcmp(findings->at[at].id, finding->id) != 0)
        at++;
    return at;
}

static struct check_origin *add_origin(struct check_log *log, struct check_origin origin)
{
    log->origins = memory_grow(log->origins, log->origin_count + 1, &log->origin_capacity, sizeof(*log->origins));
    log->origins[log->origin_count] = origin;
    return &log->origins[log->origin_count++];
}

/* The newest of that number: a process that became another program counts from the beginning. */
static struct check_origin *find_origin(struct check_log *log, int32_t pid, uint64_t number, int32_t by)
{
    for (size_t i = log->origin_count; i-- > 0;)
        if (log->origins[i].pid == pid && log->origins[i].number == number && log->origins[i].by == by)
            return &log->origins[i];
    return NULL;
}

static void take_origin(struct check_log *log, size_t finding, struct json_object *from)
{
    int32_t pid = (int32_t)number(from, "pid");
    add_origin(log, (struct check_origin){.pid = pid, .by = pid, .number = number(from, "number"), .finding = finding, .count = 1});
    log->findings.at[finding].count++;
}

static void take_again(struct check_log *log, struct json_object *from)
{
    int32_t pid = (int32_t)number(from, "pid"), by = (int32_t)number(from, "by");
    struct check_origin *origin = find_origin(log, pid, number(from, "number"), by);
    if (!origin && (origin = find_origin(log, pid, number(from, "number"), pid))) {
        struct check_origin forked = *origin;
        forked.by = by;
        forked.count = 0;
        origin = add_origin(log, forked);
    }
    if (!origin || number(from, "count") <= origin->count)
        return;
    log->findings.at[origin->finding].count += number(from, "count") - origin->count;
    origin->count = number(from, "count");
}

static bool take_finding(struct check_log *log, struct json_object *from)
{
    struct json_object *steps = member(from, "steps");
    enum finding_kind kind = finding_kind_of(text(from, "kind"));
    if (kind == FINDING_KIND_COUNT) {
        log->unreadable++;
        return false;
    }
    struct finding *finding = findings_add(&log->findings);
    finding->kind = kind;
    finding->certainty = certainty_of(text(from, "certainty"));
    finding->step_count = steps ? json_object_array_length(steps) : 0;
    finding->steps = memory_new(finding->step_count + 1, sizeof(*finding->steps));
    for (size_t i = 0; i < finding->step_count; i++)
        take_step(log, &finding->steps[i], json_object_array_get_idx(steps, i));
    name_joins(finding);
    explain(finding, from);
    finding->id = id_of(finding);
    size_t same = find_by_id(&log->findings, finding);
    take_origin(log, same, from);
    if (same == log->findings.count - 1)
        return true;
    findings_drop_last(&log->findings);
    return false;
}

void check_log_free(struct check_log *log)
{
    findings_free(&log->findings);
    free(log->objects);
    free(log->origins);
}

bool check_log_take(struct check_log *log, const char *line)
{
    struct json_object *root = json_tokener_parse(line);
    struct json_object *what;
    bool fresh = false;
    if (!root)
        log->unreadable++;
    else if ((what = member(root, "module")))
        take_module(log, what);
    else if ((what = member(root, "line")))
        take_line(log, what);
    else if ((what = member(root, "finding")))
        fresh = take_finding(log, what);
    else if ((what = member(root, "again")))
        take_again(log, what);
    else if ((what = member(root, "cut")))
        findings_note(&log->findings, memory_format("%s searches for cycles were given up: not all lock orders were examined", text(what, "count")));
    else if (member(root, "begins"))
        log->begun = true;
    else if (!log->other || !log->other(log->data, root))
        log->unreadable++;
    json_object_put(root);
    return fresh;
}
