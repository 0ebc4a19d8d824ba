/* SPDX-License-Identifier: MIT */
/* thrum report, also deadlock-report: the deadlocks in a recording. */
#include "config.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "analyze/finding-part.h"
#include "analyze/suppress.h"
#include "base/memory.h"
#include "cmd/choose.h"
#include "cmd/cmd.h"
#include "cmd/cut.h"
#include "cmd/die.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/replay.h"
#include "cmd/view.h"
#include "render/render.h"
#include "render/threads.h"

/* Exit status where something was found. */
#define EXIT_FINDINGS 1

/* --- options --- */

struct options {
    struct view view;
    struct selection cut;
    const struct render_ops *renderer;
    const char *form; /* the option that says it, NULL: none */
    bool all;
    const char *std; /* a file of the STD format, in place of traces; NULL: none */
    struct suppressions *suppressions;
    pid_t pid; /* of a running process to look into; 0: traces */
};

enum { KEY_SARIF = 256, KEY_SUPPRESSIONS, KEY_PID, KEY_STD };

static const struct argp_option option_list[] = {
    {"json", 'j', NULL, 0, "Write one JSON object instead of text", 0},
    {"sarif", KEY_SARIF, NULL, 0, "Write a SARIF 2.1.0 log, for code scanning", 0},
    {"suppressions", KEY_SUPPRESSIONS, "FILE", 0, "Leave out the findings that FILE names; see thrum-check(1)", 0},
    {"pid", KEY_PID, "PID", 0, "Look into a running process, without stopping it, instead of a trace", 0},
    {"std", KEY_STD, "FILE", 0, "Read FILE, of lines as 'T0|acq(L1)|12', in place of a TRACE", 0},
    {"all", 'a', NULL, 0, "Show also what was ruled out, and why", 0},
    CUT_OPTIONS,
    VIEW_OUTPUT,
    VIEW_COLOUR,
    VIEW_PROGRESS,
    {0},
};

static const char after_options[] =
    "TRACE is a directory that 'thrum record' or an LTTng session wrote; several are\n"
    "read as one.\n"
    "PID is a process that runs with the checker on: under thrum check, or with\n"
    "LD_PRELOAD=libthrum-preload.so. It isn't stopped, and may hang.\n"
    "\n"
    "Exit status: 0 nothing found, 1 something found, 2 the trace can't be read or the\n"
    "command line is wrong.";

static void read_suppressions(struct suppressions *suppressions, const char *path)
{
    char *trouble;
    if (!suppressions_read(suppressions, path, &trouble))
        die("%s", trouble);
}

static pid_t parse_pid(const char *text)
{
    char *end;
    long pid = strtol(text, &end, 10);
    if (*end || pid <= 0 || pid > INT_MAX)
        die("--pid takes the number of a process, not '%s'", text);
    return (pid_t)pid;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'j':
        options_choose(&options->form, "--json");
        options->renderer = &render_json;
        return 0;
    case KEY_SARIF:
        options_choose(&options->form, "--sarif");
        options->renderer = &render_sarif;
        return 0;
    case KEY_PID:
        options->pid = parse_pid(arg);
        return 0;
    case KEY_SUPPRESSIONS:
        read_suppressions(options->suppressions, arg);
        return 0;
    case KEY_STD:
        options->std = arg;
        return 0;
    case 'a':
        options->all = true;
        return 0;
    default:
        return cut_option(&options->cut, key, arg) == 0 ? 0 : view_option(&options->view, key, arg, state);
    }
}

/* --- the report --- */

static void write_report(const struct replay *replay, const struct options *options)
{
    struct output output;
    output_open(&output, view_output(&options->view));
    struct render_options how = {.colour = view_in_colour(&options->view, output.file)};
    if (options->pid && options->renderer == &render_text)
        render_threads(&(struct paper){.out = output.file, .colour = how.colour}, replay->model, replay->symbols);
    options->renderer->report(output.file, &replay->report, &how);
    output_close(&output);
}

/* Text begins with it; but who hands JSON or a file on should see it too. */
static void warn_incomplete(const struct report *report, const struct options *options)
{
    if (options->renderer != &render_text || strcmp(view_output(&options->view), "-") != 0)
        view_warn_incomplete(report);
}

/* Leaves of what was found what was asked for, and says so. */
static void take_part(struct replay *replay, const struct options *options)
{
    char *part = cut_text(&options->cut);
    if (!part)
        return;
    if (!options->pid)
        chosen_free(choose(&options->cut, options->view.paths, options->view.path_count)); /* ends where nothing is called so */
    size_t others = findings_part(&replay->findings, &options->cut, replay->model);
    char *left = others ? memory_format("; %zu other%s left out", others, others == 1 ? " was" : "s were") : memory_text("");
    findings_note(&replay->findings, memory_format("only findings that have to do with this are told: %s%s", part, left));
    replay->report.part = true;
    free(left);
    free(part);
}

/* The file takes the place of the traces. */
static void take_std(struct options *options)
{
    if (options->view.path_count)
        die("--std reads %s alone: leave out %s", options->std, options->view.paths[0]);
    options->view.paths = &options->std;
    options->view.path_count = 1;
    reader_choose(READER_std);
}

static int run(int argc, char **argv)
{
    struct options options = {.cut.to_ns = -1, .renderer = &render_text, .suppressions = suppressions_new()};
    struct replay replay;
    options_parse(&cmd_report, &(struct argp){.options = option_list, .parser = parse_option, .doc = after_options}, 0,
                  argc, argv, &options);
    if (options.std)
        take_std(&options);
    if (options.pid && options.view.path_count)
        die("--pid looks into a process, not at a trace: leave out %s", options.view.paths[0]);
    if (options.pid) {
        replay_process(&replay, options.pid);
    } else {
        replay_open(&replay, options.view.paths, options.view.path_count);
        replay_run(&replay);
        replay_prove(&replay);
    }
    if (options.std && replay.report.losses->unreadable && !replay.report.totals->objects)
        die("%s: no line of it could be read; they are as 'T0|acq(L1)|12'", options.std);
    if (!options.pid)
        cut_check(&options.cut, &replay.report);
    if (getenv("THRUM_SUPPRESSIONS"))
        read_suppressions(options.suppressions, getenv("THRUM_SUPPRESSIONS"));
    for (size_t i = 0; i < replay.findings.count; i++)
        suppressions_apply(options.suppressions, &replay.findings.at[i]);
    suppressions_tell(options.suppressions, &replay.findings);
    take_part(&replay, &options);
    replay.report.all = options.all;
    replay.report.notes = symbols_notes(replay.symbols, &replay.report.note_count);
    write_report(&replay, &options);
    warn_incomplete(&replay.report, &options);
    int status = report_problems(&replay.report) ? EXIT_FINDINGS : EXIT_SUCCESS;
    replay_close(&replay);
    suppressions_free(options.suppressions);
    selection_free(&options.cut);
    return status;
}

const struct cmd cmd_report = {
    .name = "report",
    .args = "[OPTION...] TRACE...|--pid PID",
    .summary = "report the deadlocks in a recording: that happened, or can",
    .run = run,
};
