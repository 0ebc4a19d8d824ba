/* SPDX-License-Identifier: MIT */
/* Runs analyses on scripts. */
#include "config.h"
#include "verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyze/predict.h"
#include "suite.h"
#include "base/memory.h"

enum { OWNED = 4 };

/* An event with all that it refers to. */
struct event_copy {
    struct trace_event event;
    void *owned[OWNED];
};

static const char *keep_text(struct event_copy *copy, const char *text)
{
    int i = 0;
    while (copy->owned[i])
        i++;
    return copy->owned[i] = memory_text(text);
}

static const uint64_t *keep_addresses(struct event_copy *copy, const uint64_t *at, size_t count)
{
    int i = 0;
    while (copy->owned[i])
        i++;
    return copy->owned[i] = count ? memory_copy(at, count * sizeof *at) : memory_new(1, 1);
}

/* Makes the event's strings and stacks its own, by the table of events. */
static void own(struct event_copy *copy)
{
    switch (copy->event.id) {
#define PLAIN(name, meaning)
#define PLAIN_WORD(name, words, meaning)
#define TEXT(name, meaning) record->name = keep_text(copy, record->name);
#define ADDRESSES(name, meaning) record->name.at = keep_addresses(copy, record->name.at, record->name.count);
#define THRUM_ADDR PLAIN
#define THRUM_U32 PLAIN
#define THRUM_U64 PLAIN
#define THRUM_I32 PLAIN
#define THRUM_I64 PLAIN
#define THRUM_WORD PLAIN_WORD
#define THRUM_STRING TEXT
#define THRUM_ADDRS ADDRESSES
#define THRUM_EVENT(name, meaning, fields)                                       \
    case THRUM_EVENT_##name: {                                                   \
        __attribute__((unused)) struct thrum_event_##name *record = &copy->event.record.name; \
        fields                                                                   \
        break;                                                                   \
    }
#include "events.h"
#include "events-end.h"
    default:
        break;
    }
}

static void feed(void *self, const struct trace_event *event)
{
    struct verdict_run *run = self;
    run->events = memory_grow(run->events, run->event_count + 1, &run->event_capacity, sizeof *run->events);
    struct event_copy *copy = &run->events[run->event_count++];
    *copy = (struct event_copy){.event = *event};
    own(copy);
    model_feed(run->model, event);
}

struct verdict_run *verdict_new(void)
{
    struct verdict_run *run = calloc(1, sizeof *run);
    run->model = model_new();
    run->analyses = analyses_begin(run->model, NULL);
    run->script = script_new(feed, run);
    return run;
}

static void end_reading(struct verdict_run *run)
{
    findings_free(&run->findings);
    analyses_end(run->analyses);
    model_free(run->model);
}

void verdict_find(struct verdict_run *run, const struct reader_losses *losses)
{
    model_finish(run->model);
    analyses_find(run->analyses, NULL, losses, &run->findings);
    run->hints = analyses_hints(run->analyses, &run->findings);
    if (!run->hints)
        return;
    end_reading(run);
    run->model = model_new();
    run->analyses = analyses_begin(run->model, run->hints);
    for (size_t i = 0; i < run->event_count; i++)
        model_feed(run->model, &run->events[i].event);
    model_finish(run->model);
    analyses_find(run->analyses, NULL, losses, &run->findings);
}

void verdict_free(struct verdict_run *run)
{
    end_reading(run);
    hints_free(run->hints);
    for (size_t i = 0; i < run->event_count; i++)
        for (int j = 0; j < OWNED; j++)
            free(run->events[i].owned[j]);
    free(run->events);
    script_free(run->script);
    free(run);
}

static const char *object_name(struct verdict_run *run, const struct finding_object *object)
{
    return !strcmp(object->kind, "thread") ? object->name : script_object(run->script, object->address);
}

char *verdict_line(struct verdict_run *run, const struct finding *finding)
{
    char *line = NULL;
    size_t size;
    FILE *out = open_memstream(&line, &size);
    fprintf(out, "%s %s:", finding_certainty_word(finding->certainty), finding_kind_word(finding->kind));
    for (size_t i = 0; i < finding->step_count; i++) {
        const struct finding_step *step = &finding->steps[i];
        fprintf(out, "%s %s ", i ? "," : "", script_thread(run->script, step->tid, 0));
        fprintf(out, "%s->", object_name(run, &step->holds));
        fprintf(out, "%s", object_name(run, &step->wants));
    }
    fclose(out);
    return line;
}

static char *all_lines(struct verdict_run *run)
{
    char *lines = NULL;
    size_t size;
    FILE *out = open_memstream(&lines, &size);
    for (size_t i = 0; i < run->findings.count; i++) {
        char *line = verdict_line(run, &run->findings.at[i]);
        fprintf(out, "%s\n", line);
        free(line);
    }
    for (size_t i = 0; i < run->findings.note_count; i++)
        fprintf(out, "note: %s\n", run->findings.notes[i]);
    fclose(out);
    return lines;
}

void verdict_expect(const char *play, const char *lines)
{
    struct verdict_run *run = verdict_new();
    script_play(run->script, play);
    verdict_find(run, NULL);
    char *found = all_lines(run);
    ck_assert_str_eq(found, lines);
    free(found);
    verdict_free(run);
}

void verdict_expect_reason(const char *play, const char *line, const char *reason)
{
    struct verdict_run *run = verdict_new();
    script_play(run->script, play);
    verdict_find(run, NULL);
    char *all = all_lines(run), *found = verdict_line(run, &run->findings.at[0]);
    ck_assert_msg(run->findings.count == 1, "one was to be found: %s", all);
    free(all);
    ck_assert_str_eq(found, line);
    ck_assert_msg(strstr(run->findings.at[0].reason, reason) != NULL, "'%s' isn't in the reason: %s", reason,
                  run->findings.at[0].reason);
    free(found);
    verdict_free(run);
}
