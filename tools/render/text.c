/* SPDX-License-Identifier: MIT */
/* The report for people: what is missing in the trace, the findings, and what all that was found in. */
#include "config.h"
#include "render/text.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/memory.h"

/* --- what is missing --- */

static void put_losses(const struct paper *paper, const struct report *report)
{
    if (!report_incomplete(report))
        return;
    char *losses = report_losses(report);
    char *text = memory_format("%s. Some findings may be missing, and some may be wrong.", losses);
    paper_put(paper, INK_warning, "incomplete trace");
    fputs(": ", paper->out);
    paper_paragraph(paper, INK_plain, text, strlen("incomplete trace: "), 4);
    fputc('\n', paper->out);
    free(text);
    free(losses);
}

/* --- what it was found in --- */

static void put_amount(FILE *out, uint64_t count, const char *what, const char *plural)
{
    char number[32];
    fprintf(out, "%s %s%s", format_count(number, count), what, count == 1 ? "" : plural);
}

/* "thrum-dining: 5,114 events of 6 threads on 12 objects in 2.315 s. Times count from the first event, 2026-11-22 14:39:02." */
static void put_trace(const struct paper *paper, const struct report *report)
{
    const struct model_totals *totals = report->totals;
    char duration[32], date[64], *text;
    size_t size;
    time_t seconds = (time_t)(totals->begin_ns / 1000000000);
    FILE *out = memory_stream(&text, &size);
    strftime(date, sizeof(date), "%F %T", localtime(&seconds));
    for (size_t i = 0; i < report->path_count; i++)
        fprintf(out, "%s%s", report->paths[i], i + 1 < report->path_count ? ", " : ": ");
    put_amount(out, totals->events, "event", "s");
    fputs(" of ", out);
    put_amount(out, totals->threads, "thread", "s");
    if (totals->processes != 1) {
        fputs(" in ", out);
        put_amount(out, totals->processes, "process", "es");
    }
    fputs(" on ", out);
    put_amount(out, totals->objects, "object", "s");
    fprintf(out, " in %s. Times count from the first event, %s.", format_duration(duration, totals->end_ns - totals->begin_ns), date);
    fclose(out);
    paper_paragraph(paper, INK_aside, text, 0, 0);
    free(text);
}

/* --- the verdict over all --- */

static void put_verdict_part(FILE *out, const char **separator, size_t count, const char *words)
{
    if (count)
        fprintf(out, "%s%zu %s", *separator, count, words);
    if (count)
        *separator = ", ";
}

static void put_verdict(const struct paper *paper, const struct report *report)
{
    size_t problems = report_problems(report), hidden = report->all ? 0 : report_count(report, CERTAINTY_infeasible);
    const char *separator = ": ";
    if (problems == 0 && report_suppressed(report) > 0) {
        fputs("Nothing was found but what is suppressed", paper->out);
    } else if (problems == 0 && report->part) {
        paper_put(paper, INK_thread, "Nothing was found that has to do with what was asked for");
    } else if (problems == 0) {
        paper_put(paper, INK_thread, "No deadlock happened, and locks were taken in no order that could lead to one");
        fputs(report_incomplete(report) ? ", in what could be read" : "", paper->out);
    } else {
        fprintf(paper->out, "%zu finding%s", problems, problems == 1 ? "" : "s");
        put_verdict_part(paper->out, &separator, report_count(report, CERTAINTY_happened), "happened");
        put_verdict_part(paper->out, &separator, report_count(report, CERTAINTY_feasible), "can happen");
        put_verdict_part(paper->out, &separator, report_count(report, CERTAINTY_potential), "may happen");
    }
    if (hidden)
        fprintf(paper->out, "; %zu ruled out (--all shows %s)", hidden, hidden == 1 ? "it" : "them");
    fputs(".\n", paper->out);
}

static void put_note(const struct paper *paper, const char *note)
{
    paper_put(paper, INK_label, "note");
    fputs(": ", paper->out);
    paper_paragraph(paper, INK_plain, note, strlen("note: "), 4);
}

static void put_notes(const struct paper *paper, const struct report *report)
{
    for (size_t i = 0; i < report->findings->note_count; i++)
        put_note(paper, report->findings->notes[i]);
    for (size_t i = 0; i < report->note_count; i++)
        put_note(paper, report->notes[i]);
}

/* Those that were met more than once; offline, each is counted once. */
static void put_counts(const struct paper *paper, const struct report *report)
{
    for (size_t i = 0; i < report->findings->count; i++) {
        const struct finding *finding = &report->findings->at[i];
        char number[32];
        if (finding->count <= 1 || !report_shows(report, finding))
            continue;
        char *note = memory_format("%s was seen %s times", finding->id, format_count(number, finding->count));
        put_note(paper, note);
        free(note);
    }
}

void text_end(const struct paper *paper, const struct report *report)
{
    put_counts(paper, report);
    put_notes(paper, report);
    put_verdict(paper, report);
}

static void render(FILE *out, const struct report *report, const struct render_options *options)
{
    struct paper paper = {.out = out, .colour = options->colour};
    const struct model_totals *totals = report->totals;
    /* What ends with its last event says nothing of how long waits went on. */
    int64_t stopped_ns = report->stopped_ns > totals->end_ns ? report->stopped_ns : 0;
    put_losses(&paper, report);
    for (size_t i = 0; i < report->findings->count; i++) {
        if (!report_shows(report, &report->findings->at[i]))
            continue;
        text_finding(&paper, &report->findings->at[i], totals->begin_ns, stopped_ns);
        fputc('\n', out);
    }
    text_end(&paper, report);
    if (report->path_count > 0)
        put_trace(&paper, report);
}

const struct render_ops render_text = {.name = "text", .report = render};
