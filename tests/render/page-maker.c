/* SPDX-License-Identifier: MIT */
/*
 * Makes a timeline's page of a hand-made event sequence: page-maker < SCRIPT > PAGE; of two, one above the other:
 * page-maker SCRIPT2 < SCRIPT > PAGE; what else a timeline can be written as: page-maker -f FORMAT < SCRIPT > FILE.
 * The script is that of unit/script.h, with these lines beside it:
 *
 *     lost N                                       so many events were lost
 *     stopped N                                    recording stopped N microseconds after its first event
 *     python A                                     the object A is one of Python's own
 *     range FROM TO                                that range alone, in microseconds
 *     only thread T1 | only lock A                 what is called so alone
 *     path                                         with the critical path
 *     deadlock T1 A B  T2 B A ...                  T1 holds A and wants B ..., and it happened
 *     inversion T1 A B  T2 B A ...                 the same as an order that may deadlock
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "render/timeline.h"
#include "render/timeline-cut.h"
#include "script.h"
#include "suite.h"
#include "base/memory.h"

struct maker {
    struct model *model;
    struct timeline *timeline;
    struct script *script;
    struct findings findings;
    struct reader_losses losses;
    struct contention *contention;
    struct selection cut;
    bool with_path;
    uint64_t python;
    int64_t stopped_ns;
};

static void take(void *self, const struct trace_event *event)
{
    model_feed(((struct maker *)self)->model, event);
}

/* A site @N is line N of a program. */
static const struct symbol_place *place_of(void *self, int32_t pid, int64_t time_ns, uint64_t address)
{
    static struct symbol_frame frames[1000];
    static struct symbol_place places[1000];
    (void)self, (void)pid, (void)time_ns;
    size_t line = address - SCRIPT_SITE(0) < 1000 ? (size_t)(address - SCRIPT_SITE(0)) : 999;
    if (!frames[line].text)
        frames[line] = line == 999 ? (struct symbol_frame){.text = "somewhere+0x10 (a.out)"}
                                   : (struct symbol_frame){.text = memory_format("step_%zu (story.c:%zu)", line, line),
                                                           .function = memory_format("step_%zu", line)};
    places[line] = (struct symbol_place){.frames = &frames[line], .count = 1, .site = &frames[line], .module = ""};
    return &places[line];
}

static const struct symbol_variable *variable_at(void *self, int32_t pid, int64_t time_ns, uint64_t address)
{
    static const struct symbol_variable gil = {.name = "_PyRuntime+0x1b8", .place = "", .module = ""};
    (void)pid, (void)time_ns;
    return address == ((struct maker *)self)->python ? &gil : NULL;
}

static struct finding_object object_of(struct maker *maker, const char *name)
{
    return (struct finding_object){.address = script_address(maker->script, name), .object = memory_text(name),
                                   .kind = memory_text("mutex"), .name = memory_text(""), .birth = memory_text(""), .since_ns = -1};
}

static void add_finding(struct maker *maker, char *words, enum finding_kind kind, enum finding_certainty certainty)
{
    struct finding *finding = findings_add(&maker->findings);
    size_t capacity = 0;
    char *rest = NULL, *thread, *holds, *wants;
    finding->kind = kind;
    finding->certainty = certainty;
    finding->message = memory_text(finding_kind_meaning(kind));
    finding->advice = memory_text("Take them in one order everywhere.");
    for (; (thread = strtok_r(words, " ", &rest)); words = NULL) {
        holds = strtok_r(NULL, " ", &rest);
        wants = strtok_r(NULL, " ", &rest);
        finding->steps = memory_grow(finding->steps, finding->step_count + 1, &capacity, sizeof *finding->steps);
        finding->steps[finding->step_count++] = (struct finding_step){
            .pid = 100, .tid = script_tid(maker->script, thread), .thread = memory_text(thread),
            .holds = object_of(maker, holds), .wants = object_of(maker, wants)};
    }
}

static bool begins(const char *line, const char *word)
{
    return strncmp(line, word, strlen(word)) == 0;
}

static void read_line(struct maker *maker, char *line)
{
    line[strcspn(line, "\n")] = 0;
    if (begins(line, "lost "))
        maker->losses.lost_events = strtoul(line + 5, NULL, 10);
    else if (begins(line, "stopped "))
        maker->stopped_ns = maker->timeline->begin_ns + 1000 * strtoll(line + 8, NULL, 10);
    else if (begins(line, "range ")) {
        char *rest;
        maker->cut.ranged = true;
        maker->cut.from_ns = 1000 * strtoll(line + 6, &rest, 10);
        maker->cut.to_ns = 1000 * strtoll(rest, NULL, 10);
    } else if (begins(line, "only thread "))
        selection_add(&maker->cut.threads, memory_text(line + 12));
    else if (begins(line, "only lock "))
        selection_add(&maker->cut.locks, memory_text(line + 10));
    else if (strcmp(line, "path") == 0)
        maker->with_path = true;
    else if (begins(line, "python "))
        maker->python = script_address(maker->script, line + 7);
    else if (begins(line, "deadlock "))
        add_finding(maker, line + 9, FINDING_deadlock, CERTAINTY_happened);
    else if (begins(line, "inversion "))
        add_finding(maker, line + 10, FINDING_lock_order, CERTAINTY_potential);
    else
        script_play(maker->script, line);
}

static void maker_read(struct maker *maker, FILE *in)
{
    struct timeline_names names = {.self = maker, .call = place_of, .code = place_of, .variable = variable_at};
    char *line = NULL;
    size_t size = 0;

    maker->model = model_new();
    maker->timeline = timeline_new(maker->model, &names, false);
    maker->contention = contention_new(maker->model, NULL, false);
    maker->script = script_new(take, maker);
    while (getline(&line, &size, in) > 0)
        read_line(maker, line);
    free(line);
    model_finish(maker->model);
    timeline_finish(maker->timeline, &maker->findings, maker->stopped_ns);
    contention_finish(maker->contention, maker->stopped_ns);
    const char *unknown = timeline_cut(maker->timeline, &maker->cut);
    if (unknown) {
        fprintf(stderr, "nothing is called %s\n", unknown);
        exit(1);
    }
    if (maker->with_path)
        timeline_set_path(maker->timeline, contention_path(maker->contention));
}

static void maker_free(struct maker *maker)
{
    contention_free(maker->contention);
    timeline_free(maker->timeline);
    findings_free(&maker->findings);
    script_free(maker->script);
    model_free(maker->model);
}

int main(int argc, char **argv)
{
    static const char *const paths[] = {"story", "second"};
    bool named = argc > 2 && strcmp(argv[1], "-f") == 0;
    const struct timeline_ops *format = named ? timeline_format_named(argv[2]) : &timeline_html;
    struct maker makers[2] = {0};
    struct report reports[2];
    struct timeline_view views[2];
    FILE *in[2] = {stdin, argc > 1 && !named ? fopen(argv[1], "r") : NULL};
    int count = in[1] ? 2 : 1;

    if (!format) /* thrum was built without it */
        return 77;
    for (int i = 0; i < count; i++) {
        maker_read(&makers[i], in[i]);
        reports[i] = (struct report){.paths = &paths[i], .path_count = 1, .totals = model_totals(makers[i].model),
                                     .losses = &makers[i].losses, .findings = &makers[i].findings};
        views[i] = (struct timeline_view){.timeline = makers[i].timeline, .report = &reports[i], .beside = count == 2 ? &views[1] : NULL,
                                          .path = makers[i].with_path ? contention_path(makers[i].contention) : NULL};
    }
    int status = format->write(&views[0], stdout);
    for (int i = 0; i < count; i++)
        maker_free(&makers[i]);
    return status ? 1 : 0;
}
