/* SPDX-License-Identifier: MIT */
/* thrum timeline: a recording as a page to look at. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cmd/cmd.h"
#include "cmd/die.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/replay.h"
#include "cmd/view.h"
#include "render/html.h"
#include "trace/memory.h"

struct options {
    struct view view;
    bool all;
};

static const struct argp_option option_list[] = {
    {"output", 'o', "FILE", 0, "Write the page to FILE instead of one named after the trace; '-': standard output", 0},
    {"all", 'a', NULL, 0, "Draw also what a runtime does for itself, such as Python's global interpreter lock; list also what was ruled out", 0},
    {0},
};

static const char after_options[] =
    "TRACE is a directory that 'thrum record' or an LTTng session wrote; several are drawn as one.\n"
    "\n"
    "Exit status: 0 the page was written, 2 the trace can't be read, the page can't be written, or the command line is wrong.";

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'a':
        options->all = true;
        return 0;
    default:
        return view_option(&options->view, key, arg, state);
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

/* Before replay_run(), so that it sees every event. */
static struct timeline *begin(struct replay *replay, bool all)
{
    struct timeline_names names = timeline_names_of(replay->symbols);
    return timeline_new(replay->model, &names, all);
}

static void finish(struct timeline *timeline, struct replay *replay, bool all)
{
    timeline_finish(timeline, &replay->findings, reader_stopped_ns(replay->reader));
    replay->report.all = all;
    replay->report.notes = symbols_notes(replay->symbols, &replay->report.note_count);
}

static void write_page(const struct timeline *timeline, const struct report *report, const char *path)
{
    struct output output;
    output_open(&output, path);
    int status = html_write(timeline, report, output.file);
    if (status < 0 && !ferror(output.file)) { /* else output_close() says why it can't be written */
        output_abandon(&output);
        die("the page can't be made: %s", strerror(-status));
    }
    output_close(&output);
}

static void say_done(const struct timeline *timeline, const struct report *report, const char *path)
{
    view_warn_incomplete(report);
    size_t threads = timeline->threads.count, problems = report_problems(report);
    if (strcmp(path, "-") != 0)
        fprintf(stderr, "%s: the page is in %s: %zu thread%s, %zu finding%s; open it in a browser\n", die_program(), path,
                threads, plural(threads), problems, plural(problems));
}

static int run(int argc, char **argv)
{
    struct options options = {0};
    struct replay replay;
    options_parse(&cmd_timeline, &(struct argp){.options = option_list, .parser = parse_option, .doc = after_options}, 0,
                  argc, argv, &options);
    replay_open(&replay, options.view.paths, options.view.path_count);
    struct timeline *timeline = begin(&replay, options.all);
    replay_run(&replay);
    finish(timeline, &replay, options.all);
    char *path = options.view.output ? memory_text(options.view.output) : default_output(options.view.paths[0]);
    write_page(timeline, &replay.report, path);
    say_done(timeline, &replay.report, path);
    timeline_free(timeline);
    replay_close(&replay);
    free(path);
    return EXIT_SUCCESS;
}

const struct cmd cmd_timeline = {
    .name = "timeline",
    .args = "[OPTION...] TRACE...",
    .summary = "draw a recording: who waited for whom, as a page to open in a browser",
    .run = run,
};
