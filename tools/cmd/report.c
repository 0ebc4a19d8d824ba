/* SPDX-License-Identifier: MIT */
/* thrum report, also deadlock-report: the deadlocks in a recording. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cmd/cmd.h"
#include "cmd/die.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/replay.h"
#include "render/render.h"

/* Exit status where something was found. */
#define EXIT_FINDINGS 1

/* --- options --- */

enum { KEY_COLOR = 0x100 };

enum when { WHEN_auto, WHEN_always, WHEN_never };

struct options {
    const char *const *paths;
    size_t path_count;
    const struct render_ops *renderer;
    bool all;
    enum when colour;
    const char *output; /* "-": standard output */
};

static const struct argp_option option_list[] = {
    {"json", 'j', NULL, 0, "Write one JSON object instead of text", 0},
    {"all", 'a', NULL, 0, "Show also what was ruled out, and why", 0},
    {"output", 'o', "FILE", 0, "Write to FILE instead of standard output", 0},
    {"color", KEY_COLOR, "WHEN", OPTION_ARG_OPTIONAL, "Colour: always, never, or auto (on a terminal unless NO_COLOR is set)", 0},
    {"colour", 0, NULL, OPTION_ALIAS | OPTION_HIDDEN, NULL, 0},
    {0},
};

static const char after_options[] =
    "TRACE is a directory that 'thrum record' or an LTTng session wrote; several are read as one.\n"
    "\n"
    "Exit status: 0 nothing found, 1 something found, 2 the trace can't be read or the command line is wrong.";

static enum when parse_when(const char *word)
{
    if (!word || strcmp(word, "always") == 0)
        return WHEN_always;
    if (strcmp(word, "never") == 0)
        return WHEN_never;
    if (strcmp(word, "auto") != 0)
        die("--color takes always, never or auto, not '%s'", word);
    return WHEN_auto;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'j':
        options->renderer = &render_json;
        return 0;
    case 'a':
        options->all = true;
        return 0;
    case 'o':
        options->output = arg;
        return 0;
    case KEY_COLOR:
        options->colour = parse_when(arg);
        return 0;
    case ARGP_KEY_ARGS:
        options->paths = (const char *const *)state->argv + state->next;
        options->path_count = (size_t)(state->argc - state->next);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static bool wants_colour(enum when when, FILE *out)
{
    const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");
    if (when != WHEN_auto)
        return when == WHEN_always;
    return isatty(fileno(out)) && !(no_color && *no_color) && !(terminal && strcmp(terminal, "dumb") == 0);
}

/* --- the report --- */

static void write_report(const struct report *report, const struct options *options)
{
    struct output output;
    output_open(&output, options->output);
    struct render_options how = {.colour = wants_colour(options->colour, output.file)};
    options->renderer->report(output.file, report, &how);
    output_close(&output);
}

/* Text begins with it; but who hands JSON or a file on should see it too. */
static void warn_incomplete(const struct report *report, const struct options *options)
{
    char *losses = report_losses(report);
    if (*losses && (options->renderer == &render_json || strcmp(options->output, "-") != 0))
        warn("%s: incomplete trace: %s", report->paths[0], losses);
    free(losses);
}

static int run(int argc, char **argv)
{
    struct options options = {.renderer = &render_text, .output = "-"};
    struct replay replay;
    options_parse(&cmd_report, &(struct argp){.options = option_list, .parser = parse_option, .doc = after_options}, 0,
                  argc, argv, &options);
    replay_open(&replay, options.paths, options.path_count);
    replay_run(&replay);
    replay.report.all = options.all;
    replay.report.notes = symbols_notes(replay.symbols, &replay.report.note_count);
    write_report(&replay.report, &options);
    warn_incomplete(&replay.report, &options);
    int status = report_problems(&replay.report) ? EXIT_FINDINGS : EXIT_SUCCESS;
    replay_close(&replay);
    return status;
}

const struct cmd cmd_report = {
    .name = "report",
    .args = "[OPTION...] TRACE...",
    .summary = "report the deadlocks in a recording: those that happened, those that can happen",
    .run = run,
};
