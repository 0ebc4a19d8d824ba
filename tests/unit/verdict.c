/* SPDX-License-Identifier: MIT */
/* Runs analyses on scripts. */
#include "config.h"
#include "verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "suite.h"

static void feed(void *self, const struct trace_event *event)
{
    model_feed(((struct verdict_run *)self)->model, event);
}

struct verdict_run *verdict_new(void)
{
    struct verdict_run *run = calloc(1, sizeof *run);
    run->model = model_new();
    run->analyses = analyses_begin(run->model);
    run->script = script_new(feed, run);
    return run;
}

void verdict_find(struct verdict_run *run, const struct reader_losses *losses)
{
    model_finish(run->model);
    analyses_find(run->analyses, NULL, losses, &run->findings);
}

void verdict_free(struct verdict_run *run)
{
    findings_free(&run->findings);
    analyses_end(run->analyses);
    model_free(run->model);
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
    ck_assert_uint_eq(run->findings.count, 1);
    char *found = verdict_line(run, &run->findings.at[0]);
    ck_assert_str_eq(found, line);
    ck_assert_msg(strstr(run->findings.at[0].reason, reason) != NULL, "'%s' isn't in the reason: %s", reason,
                  run->findings.at[0].reason);
    free(found);
    verdict_free(run);
}
