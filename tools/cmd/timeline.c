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
    const char *beside; /* another trace; NULL: none */
    bool all;
};

#define KEY_BESIDE 0x7200

static const struct argp_option option_list[] = {
    {"output", 'o', "FILE", 0, "Write the page to FILE instead of one named after the trace; '-': standard output", 0},
    {"beside", KEY_BESIDE, "TRACE2", 0, "Draw TRACE2 in the same page, below the others, in the same scale: to compare two runs", 0},
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
    case KEY_BESIDE:
        options->beside = arg;
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

/* Traces on their way to be drawn. */
struct drawing {
    struct replay replay;
    struct timeline *timeline;
};

static void drawing_make(struct drawing *drawing, const char *const *paths, size_t count, bool all)
{
    struct replay *replay = &drawing->replay;
    replay_open(replay, paths, count);
    replay_foresee(replay);
    struct timeline_names names = timeline_names_of(replay->symbols);
    drawing->timeline = timeline_new(replay->model, &names, all);
    replay_run(replay);
    timeline_finish(drawing->timeline, &replay->findings, reader_stopped_ns(replay->reader));
    replay->report.all = all;
    replay->report.notes = symbols_notes(replay->symbols, &replay->report.note_count);
}

static void drawing_close(struct drawing *drawing)
{
    timeline_free(drawing->timeline);
    replay_close(&drawing->replay);
}

/* One drawing, or two. */
static void write_page(struct drawing drawings[2], size_t count, const char *path)
{
    struct output output;
    output_open(&output, path);
    const struct timeline *timelines[2] = {drawings[0].timeline, drawings[1].timeline};
    const struct report *reports[2] = {&drawings[0].replay.report, &drawings[1].replay.report};
    int status = count == 2 ? html_write_pair(timelines, reports, output.file) : html_write(timelines[0], reports[0], output.file);
    if (status < 0 && !ferror(output.file)) { /* else output_close() says why it can't be written */
        output_abandon(&output);
        die("the page can't be made: %s", strerror(-status));
    }
    output_close(&output);
}

static void say_done(const struct drawing *drawings, size_t count, const char *path)
{
    size_t threads = 0, problems = 0;
    for (size_t i = 0; i < count; i++) {
        view_warn_incomplete(&drawings[i].replay.report);
        threads += drawings[i].timeline->threads.count;
        problems += report_problems(&drawings[i].replay.report);
    }
    if (strcmp(path, "-") != 0)
        fprintf(stderr, "%s: the page is in %s: %zu thread%s, %zu finding%s; open it in a browser\n", die_program(), path,
                threads, plural(threads), problems, plural(problems));
}

static int run(int argc, char **argv)
{
    struct options options = {0};
    struct drawing drawings[2] = {0};
    options_parse(&cmd_timeline, &(struct argp){.options = option_list, .parser = parse_option, .doc = after_options}, 0,
                  argc, argv, &options);
    size_t count = options.beside ? 2 : 1;
    drawing_make(&drawings[0], options.view.paths, options.view.path_count, options.all);
    if (options.beside)
        drawing_make(&drawings[1], &options.beside, 1, options.all);
    char *path = options.view.output ? memory_text(options.view.output) : default_output(options.view.paths[0]);
    write_page(drawings, count, path);
    say_done(drawings, count, path);
    for (size_t i = 0; i < count; i++)
        drawing_close(&drawings[i]);
    free(path);
    return EXIT_SUCCESS;
}

const struct cmd cmd_timeline = {
    .name = "timeline",
    .args = "[OPTION...] TRACE...",
    .summary = "draw a recording: who waited for whom, as a page to open in a browser",
    .run = run,
};
