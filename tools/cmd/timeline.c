/* SPDX-License-Identifier: MIT */
/* thrum timeline: a recording as a page to look at. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyze/analysis.h"
#include "cmd/cmd.h"
#include "cmd/die.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "render/html.h"
#include "trace/memory.h"

struct options {
    char **paths;
    size_t path_count;
    const char *output;
    bool all;
};

static const struct argp_option option_list[] = {
    {"output", 'o', "FILE", 0, "write the page to FILE ('-': standard output) instead of one named after the trace", 0},
    {"all", 'a', NULL, 0, "show also what a runtime does for itself, such as Python's global interpreter lock, and findings that were ruled out", 0},
    {0},
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'o':
        options->output = arg;
        return 0;
    case 'a':
        options->all = true;
        return 0;
    case ARGP_KEY_ARGS:
        options->paths = state->argv + state->next;
        options->path_count = (size_t)(state->argc - state->next);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* "NAME.html" here, of the trace's directory; to be freed. */
static char *default_output(const char *path)
{
    char *full = realpath(path, NULL);
    const char *slash = full ? strrchr(full, '/') : NULL;
    char *name = memory_format("%s.html", slash && slash[1] ? slash + 1 : "timeline");
    free(full);
    return name;
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* All that is done with the traces. */
struct work {
    struct reader *reader;
    struct symbols *symbols;
    struct model *model;
    struct analyses *analyses;
    struct timeline *timeline;
    struct findings findings;
};

static void begin(struct work *work, const struct options *options)
{
    char *trouble;
    if (reader_open(&work->reader, (const char *const *)options->paths, options->path_count, &trouble) < 0)
        die("%s", trouble);
    work->symbols = symbols_new();
    work->model = model_new();
    work->analyses = analyses_begin(work->model);
    struct timeline_names names = timeline_names_of(work->symbols);
    work->timeline = timeline_new(work->model, &names, options->all);
}

static void read_all(struct work *work)
{
    const struct trace_event *event;
    while ((event = reader_next(work->reader))) {
        symbols_event(work->symbols, event);
        model_feed(work->model, event);
    }
    model_finish(work->model);
    analyses_find(work->analyses, work->symbols, reader_losses(work->reader), &work->findings);
    timeline_finish(work->timeline, reader_stopped_ns(work->reader));
    timeline_mark_deadlocks(work->timeline, &work->findings);
}

static void end(struct work *work)
{
    timeline_free(work->timeline);
    analyses_end(work->analyses);
    model_free(work->model);
    symbols_free(work->symbols);
    findings_free(&work->findings);
    reader_close(work->reader);
}

static void write_page(const struct work *work, const struct report *report, const char *path)
{
    struct output output;
    output_open(&output, path);
    int status = html_write(work->timeline, report, output.file);
    if (status < 0 && !ferror(output.file)) { /* else output_close() says why it can't be written */
        output_abandon(&output);
        die("the page can't be made: %s", strerror(-status));
    }
    output_close(&output);
}

static void say_done(const struct work *work, const struct report *report, const char *path)
{
    if (report_incomplete(report))
        warn("the trace isn't whole; the page says what is missing");
    size_t threads = work->timeline->threads.count, problems = report_problems(report);
    fprintf(stderr, "%s: %zu thread%s, %zu finding%s: open it in a browser\n", path, threads, plural(threads), problems, plural(problems));
}

static int run(int argc, char **argv)
{
    struct options options = {0};
    struct work work = {0};
    options_parse(&cmd_timeline, &(struct argp){.options = option_list, .parser = parse_option}, 0, argc, argv, &options);
    if (!options.path_count)
        die("which trace? Give the directory that 'thrum record' or 'lttng' wrote");
    char *path = options.output ? memory_text(options.output) : default_output(options.paths[0]);
    begin(&work, &options);
    read_all(&work);
    const struct model_totals *totals = model_totals(work.model);
    if (!totals->events)
        die("%s: no events of thrum in it; record with 'thrum record', or with the LTTng events 'thrum:*'", options.paths[0]);
    struct report report = {.paths = (const char *const *)options.paths, .path_count = options.path_count, .totals = totals,
                            .losses = reader_losses(work.reader), .findings = &work.findings, .all = options.all};
    write_page(&work, &report, path);
    say_done(&work, &report, path);
    end(&work);
    free(path);
    return EXIT_SUCCESS;
}

const struct cmd cmd_timeline = {
    .name = "timeline",
    .args = "[-o FILE.html] TRACE...",
    .summary = "draw a recording: who waited for whom, as a page to open in a browser",
    .run = run,
};
