/* SPDX-License-Identifier: MIT */
/* Findings as text on stderr, and as lines of JSON with bare addresses for the program that asked for them. */
#include "check/births.h"
#include "check/report.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check/heap.h"
#include "check/symbol.h"
#include "check/tell.h"
#include "check/text.h"
#include "check/thread.h"
#include "check/wire.h"
#include "core/log.h"
#include "core/modules.h"
#include "probe/process.h"

enum { FINDINGS = 1024 };

/* One thread's part in a finding; what it holds or wants has no kind where it isn't told. */
struct part {
    int32_t tid;
    const char *thread;
    bool main;
    const struct record_object *holds, *wants;
    const char *does; /* to what it wants; NULL where it wants it */
    const char *owes; /* what it holds it owes rather, and this is how; NULL */
};

static const struct record_object nothing = {.stack = &check_nowhere};

static const struct {
    const char *word, *message;
} findings[] = {
#define FINDING(name, word, level, meaning, message, advice) [THRUM_FINDING_##name] = {word, message},
    THRUM_FINDINGS(FINDING)
#undef FINDING
};

static enum env_check wanted;

/* What was said, by hash of its id. */
static struct said {
    uint64_t id; /* 0: nothing */
    uint32_t number;
    int32_t pid; /* of the process that said it: this one, or one that it was forked from */
    uint64_t count, told; /* how often it was met in this process; and as how often the log's reader knows it */
} said[FINDINGS];
static struct said *newest;
static uint32_t last_number;

static unsigned found_count, cut_count;

static const char *const kinds[] = {
#define KIND(enumeration, word, number) [number] = #word,
    THRUM_KINDS(KIND)
#undef KIND
};

void report_configure(const struct env *env)
{
    wanted = env->check;
    wire_configure(env);
}

/* --- each finding once --- */

/* The same for the same places, wherever the modules lie in memory. */
static uint64_t place_of(const struct check_stack *stack)
{
    uint64_t address = stack->count > 0 ? stack->at[0] : 0;

    for (const struct module *module = modules_known(); module; module = module->next)
        if (module->begin <= address && address < module->end)
            return address - module->base;
    return address;
}

static void log_again(struct said *again);

static uint64_t id_of(enum thrum_finding kind, const struct part *parts, uint32_t count)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < count; i++)
        sum += check_mix(place_of(parts[i].holds->stack), place_of(parts[i].wants->stack));
    return check_mix((uint64_t)kind + 1, sum) | 1;
}

/* Counts it; true at the first time. */
static bool is_new(uint64_t id)
{
    for (unsigned i = 0; i < FINDINGS; i++) {
        struct said *slot = &said[(id + i) % FINDINGS];

        if (slot->id != 0 && slot->id != id)
            continue;
        slot->count++;
        newest = slot;
        if (slot->id == 0) {
            *slot = (struct said){.id = id, .number = ++last_number, .pid = self_pid(), .count = 1, .told = 1};
            return true;
        }
        /* Seldom enough for what comes all the time; the rest is told at the end. */
        if (wire_on() && (slot->count & (slot->count - 1)) == 0)
            log_again(slot);
        return false;
    }
    return false;
}

/* --- text --- */

static void add_thread(struct text *text, const struct part *part)
{
    text_add(text, "thread ");
    text_number(text, (uint64_t)part->tid);
    if (*part->thread || part->main) {
        text_add(text, " (");
        text_add(text, *part->thread ? part->thread : "main");
        text_add(text, ")");
    }
}

static void add_object(struct text *text, const struct record_object *object)
{
    struct birth birth;

    text_add(text, kinds[object->kind]);
    text_add(text, " ");
    if (object->kind == THRUM_kind_signal) {
        const char *name = sigabbrev_np((int)object->object);

        text_add(text, name ? "SIG" : "");
        text_add(text, name ? name : "?");
        return;
    }
    if (object->kind == THRUM_kind_thread && wire_thread_name(text, object->object))
        return;
    if (object->kind != THRUM_kind_thread && symbol_data(text, object->object))
        return;
    text_hex(text, object->object);
    if (births_find(object->object, &birth) && birth.site) {
        text_add(text, ", made in ");
        symbol_code(text, birth.site);
    }
}

static void add_stack(struct text *text, const struct check_stack *stack)
{
    for (uint32_t i = 0; i < stack->count && !symbol_is_own(stack->at[i]); i++) {
        text_add(text, i ? "\n              " : " at ");
        symbol_code(text, stack->at[i]);
    }
    text_add(text, "\n");
}

static void say_object(struct text *text, const char *verb, const struct record_object *object, const char *where)
{
    text_add(text, "    ");
    text_add(text, verb);
    text_add(text, " ");
    add_object(text, object);
    if (object->stack->count > 0) {
        text_add(text, where);
        add_stack(text, object->stack);
    } else {
        text_add(text, "\n");
    }
}

/* "thrum: deadlock (happened): each of ... first [dining, process 12]" */
static void say_headline(struct text *text, enum thrum_finding kind, const char *certainty, const char *message)
{
    const char *slash = strrchr(process_executable(), '/');

    text_add(text, "thrum: ");
    text_add(text, findings[kind].word);
    text_add(text, " (");
    text_add(text, certainty);
    text_add(text, "): ");
    text_add(text, message);
    text_add(text, " [");
    text_add(text, slash ? slash + 1 : process_executable());
    text_add(text, ", process ");
    text_number(text, (uint64_t)self_pid());
    text_add(text, "]\n");
}

static void say(enum thrum_finding kind, const char *certainty, const char *message, const char *holds, const char *wants,
                const struct part *parts, uint32_t count)
{
    static struct text text;

    text.fd = STDERR_FILENO;
    say_headline(&text, kind, certainty, message);
    for (uint32_t i = 0; i < count; i++) {
        text_add(&text, "  ");
        add_thread(&text, &parts[i]);
        text_add(&text, "\n");
        if (parts[i].holds->kind)
            say_object(&text, parts[i].owes ? parts[i].owes : holds, parts[i].holds, parts[i].owes ? "\n     " : ",\n      taken");
        if (parts[i].wants->kind)
            say_object(&text, parts[i].does ? parts[i].does : wants, parts[i].wants, parts[i].does ? "\n     " : ",\n      asked for");
    }
    text_flush(&text);
}

/* --- JSON, a line for each thing --- */

static void log_again(struct said *again)
{
    static struct text text;

    if (!wire_open(&text))
        return;
    text_add(&text, "{\"again\":{");
    wire_number(&text, "pid", (uint64_t)again->pid);
    text_add(&text, ",");
    wire_number(&text, "number", again->number);
    text_add(&text, ",");
    wire_number(&text, "by", (uint64_t)self_pid());
    text_add(&text, ",");
    wire_number(&text, "count", again->count);
    text_add(&text, "}}\n");
    wire_close(&text);
    again->told = again->count;
}

static void log_finding(enum thrum_finding kind, const char *certainty, const char *message, const struct part *parts, uint32_t count)
{
    static struct text text;

    for (uint32_t i = 0; i < count; i++) {
        wire_meet(parts[i].holds->stack);
        wire_meet(parts[i].wants->stack);
    }
    if (!wire_open(&text))
        return;
    text_add(&text, "{\"finding\":{");
    wire_number(&text, "pid", (uint64_t)self_pid());
    text_add(&text, ",");
    wire_number(&text, "number", newest->number);
    text_add(&text, ",");
    wire_text(&text, "kind", findings[kind].word);
    text_add(&text, ",");
    wire_text(&text, "certainty", certainty);
    if (message) {
        text_add(&text, ",");
        wire_text(&text, "message", message);
    }
    text_add(&text, ",\"steps\":[");
    for (uint32_t i = 0; i < count; i++) {
        text_add(&text, i ? ",{" : "{");
        wire_number(&text, "pid", (uint64_t)self_pid());
        text_add(&text, ",");
        wire_number(&text, "tid", (uint64_t)parts[i].tid);
        text_add(&text, ",");
        wire_text(&text, "thread", *parts[i].thread ? parts[i].thread : parts[i].main ? "main" : "");
        wire_object(&text, "holds", parts[i].holds, parts[i].owes);
        wire_object(&text, "wants", parts[i].wants, parts[i].does);
        text_add(&text, "}");
    }
    text_add(&text, "]}}\n");
    wire_close(&text);
}

/* --- the findings --- */

/* The calls that led to a finding: the calling thread's own, where it has a part in it. */
static const struct check_stack *stack_of(const struct part *parts, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (parts[i].tid == self_tid() && parts[i].wants->stack->count > 0)
            return parts[i].wants->stack;
    return parts[0].wants->stack;
}

/* `message` is NULL where the kind's own says it all. */
static void tell(enum thrum_finding kind, const char *certainty, const char *message, const char *holds, const char *wants,
                 const struct part *parts, uint32_t count)
{
    found_count++;
    if (wire_on())
        log_finding(kind, certainty, message, parts, count);
    else
        say(kind, certainty, message ? message : findings[kind].message, holds, wants, parts, count);
    tell_finding(newest->id, findings[kind].word, certainty, message ? message : findings[kind].message, stack_of(parts, count));
    if (wanted == ENV_CHECK_ABORT) {
        log_line("stopping here, as THRUM_CHECK=abort asks", NULL);
        abort();
    }
}

void report_cycle(const struct cycle_step *steps, uint32_t count)
{
    struct part *parts = heap_take(count * sizeof(*parts));

    for (uint32_t i = 0; parts && i < count; i++) {
        const struct record *record = steps[i].witness->record;

        parts[i] = (struct part){.tid = record->tid, .thread = record->thread, .main = record->tid == self_pid(),
                                 .holds = steps[i].holds, .wants = &record->wanted};
    }
    if (!parts)
        return;
    if (is_new(id_of(THRUM_FINDING_lock_order, parts, count)))
        tell(THRUM_FINDING_lock_order, "potential", NULL, "held", "and took", parts, count);
    heap_give(parts, count * sizeof(*parts));
}

void report_circle(const struct circle_step *steps, uint32_t count)
{
    struct part *parts = heap_take(count * sizeof(*parts));
    struct record_object *objects = heap_take(2 * count * sizeof(*objects)), *holds = objects, *wants = objects + count;

    for (uint32_t i = 0; parts && objects && i < count; i++) {
        const struct check_thread *thread = steps[i].thread;
        const struct check_thread *before = steps[(i + count - 1) % count].thread;
        const struct held *held = held_find(thread, before->wait.object);

        wants[i] = (struct record_object){thread->wait.object, thread->wait.stack, thread->wait.kind, thread->wait.mode};
        bool queued = !held && before->wait.kind == THRUM_kind_rwlock;

        holds[i] = held ? (struct record_object){held->object, held->stack, held->kind, held->mode} : queued ? wants[i] : nothing;
        parts[i] = (struct part){.tid = thread->tid, .thread = thread->name, .main = thread->main, .holds = &holds[i], .wants = &wants[i],
                                 .owes = queued ? "is first in line for" : NULL};
    }
    enum thrum_finding kind = count == 1 ? THRUM_FINDING_self_deadlock : THRUM_FINDING_deadlock;
    if (parts && objects && is_new(id_of(kind, parts, count)))
        tell(kind, "happened", NULL, "holds", "waits for", parts, count);
    if (parts)
        heap_give(parts, count * sizeof(*parts));
    if (objects)
        heap_give(objects, 2 * count * sizeof(*objects));
}

enum { PARTS = 8 };

void report_misuse(enum thrum_finding kind, bool potential, const char *message, const struct report_part *from, uint32_t count)
{
    struct part parts[PARTS];

    if (count > PARTS)
        count = PARTS;
    for (uint32_t i = 0; i < count; i++) {
        const struct check_thread *thread = from[i].thread || from[i].name ? from[i].thread : thread_by_tid(from[i].tid);

        parts[i] = (struct part){.tid = thread ? thread->tid : from[i].tid, .thread = thread ? thread->name : from[i].name ? from[i].name : "",
                                 .main = thread ? thread->main : from[i].tid == self_pid(), .holds = &nothing, .wants = &from[i].object, .does = from[i].verb};
    }
    if (is_new(id_of(kind, parts, count)))
        tell(kind, potential ? "potential" : "happened", message, "holds", "", parts, count);
}

void report_ends(enum thrum_finding kind, const struct report_end *ends, uint32_t count)
{
    struct part parts[PARTS];

    for (uint32_t i = 0; i < count; i++)
        parts[i] = (struct part){.tid = ends[i].tid, .thread = ends[i].name, .main = ends[i].main, .holds = ends[i].holds,
                                 .wants = ends[i].wants, .owes = ends[i].owes};
    if (is_new(id_of(kind, parts, count)))
        tell(kind, "potential", NULL, "held", "wants", parts, count);
}

void report_cut(void)
{
    cut_count++;
}

static void add_count(struct text *text, unsigned count, const char *one, const char *many)
{
    text_number(text, count);
    text_add(text, count == 1 ? one : many);
}

static void log_summary(void)
{
    static struct text text;

    for (unsigned i = 0; i < FINDINGS; i++)
        if (said[i].count > said[i].told)
            log_again(&said[i]);
    if (cut_count == 0 || !wire_open(&text))
        return;
    text_add(&text, "{\"cut\":{");
    wire_number(&text, "count", cut_count);
    text_add(&text, "}}\n");
    wire_close(&text);
}

void report_forked(void)
{
    found_count = cut_count = 0;
    /* What the other process has met it tells itself. */
    for (unsigned i = 0; i < FINDINGS; i++)
        if (said[i].id)
            said[i].told = said[i].count = 0;
}

void report_summary(void)
{
    static struct text text;

    if (wire_on())
        log_summary();
    if (wire_on() || found_count + cut_count == 0)
        return;
    text.fd = STDERR_FILENO;
    text_add(&text, "thrum: ");
    add_count(&text, found_count, " finding", " findings");
    if (cut_count > 0) {
        text_add(&text, "; ");
        add_count(&text, cut_count, " search for cycles was given up", " searches for cycles were given up");
        text_add(&text, ": not all were examined");
    }
    text_add(&text, "\n");
    text_flush(&text);
}
