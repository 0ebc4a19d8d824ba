/* SPDX-License-Identifier: MIT */
/* thrum record: runs a program and leaves a trace of its threads. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cmd/cmd.h"
#include "cmd/die.h"
#include "cmd/options.h"
#include "record/backend.h"
#include "record/child.h"
#include "record/directory.h"
#include "record/summary.h"

struct options {
    const char *output;
    int64_t timeout_ms;
    bool lttng;
    struct backend_options backend;
    char **program;
};

struct recording {
    const struct options *options;
    const struct backend *backend;
    struct backend_run *run;
    struct directory directory;
    struct child_signals signals;
};

#ifdef HAVE_LTTNG_CTL
static const struct backend *const lttng = &backend_lttng;
#else
static const struct backend *const lttng = NULL;
#endif

/* --- the command line --- */

/* Bytes: a number, with K, M, G or T behind it for powers of 1024. */
static uint64_t read_size(const char *option, const char *text)
{
    static const char units[] = "KMGT";
    char *end;
    errno = 0;
    unsigned long long size = strtoull(text, &end, 10);
    const char *unit = *end ? strchr(units, *end) : NULL;
    int shift = unit ? 10 * (int)(unit - units + 1) : 0;
    if (*text < '0' || *text > '9' || errno || (*end && (!unit || end[1])) || size == 0 || size > UINT64_MAX >> shift)
        die("--%s=%s: give a size, as in --%s=64M", option, text, option);
    return (uint64_t)size << shift;
}

enum { KEY_LTTNG = 256, KEY_RING, KEY_MAX_SIZE, KEY_STREAM_TO };

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'o':
        if (!*arg)
            die("-o needs the name of a directory");
        if (options->output)
            die("-o is given twice: %s and %s", options->output, arg);
        options->output = arg;
        return 0;
    case 't':
        options->timeout_ms = options_milliseconds("timeout", arg);
        return 0;
    case KEY_LTTNG:
        options->lttng = true;
        return 0;
    case KEY_STREAM_TO:
        if (!*arg || *arg == '/')
            die("--stream-to needs a host, as in --stream-to=logs.example.org");
        options->backend.relay = arg;
        options->lttng = true;
        return 0;
    case KEY_RING:
        options->backend.ring = read_size("ring", arg);
        return 0;
    case KEY_MAX_SIZE:
        options->backend.max_size = read_size("max-size", arg);
        return 0;
    case ARGP_KEY_ARGS:
        options->program = state->argv + state->next;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_list[] = {
    {"output", 'o', "DIR", 0, "Where the trace goes; by default thrum-PROG-YYYYMMDD-HHMMSS here", 0},
    {"timeout", 't', "SECONDS", 0, "End the program after so long; the trace is whole up to then", 0},
    {"ring", KEY_RING, "SIZE", 0, "Keep only the newest SIZE bytes of each thread (flight recorder), as in 1M", 0},
    {"max-size", KEY_MAX_SIZE, "SIZE", 0, "Stop recording, and let the program go on, when the trace has this size", 0},
    {"stream-to", KEY_STREAM_TO, "HOST", 0, "Stream it, through LTTng, to HOST's lttng-relayd, where it can be looked at meanwhile; HOST:CONTROLPORT:DATAPORT where it has other ports", 0},
    {"lttng", KEY_LTTNG, NULL, 0, "Record through LTTng and its session daemon", 0},
    {0},
};

static const char help_text[] =
    "Ctrl-C ends the program, as it does without thrum, and the trace is whole up to\n"
    "then. The exit status is the program's, 128+N where signal N ended it; 127 where\n"
    "it wasn't found, 126 where it couldn't be run, 2 where nothing could be recorded.\n"
    "See also: deadlock-report, thrum timeline.";

/* --- the recording --- */

static const char *program_name(const struct recording *recording)
{
    const char *path = recording->options->program[0], *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static int prepare(void *data)
{
    const struct recording *recording = data;
    return recording->backend->prepare(recording->run);
}

static void ending(enum child_end why, void *data)
{
    const struct recording *recording = data;
    const char *program = program_name(recording);
    if (why == CHILD_TIMEOUT)
        warn("%s still runs after %g s: ending it", program, (double)recording->options->timeout_ms / 1000);
    else
        warn("%s still runs after Ctrl-C: ending it", program);
    recording->backend->stop(recording->run);
}

static bool broke(void *data)
{
    const struct recording *recording = data;
    warn("%s: %s runs on, unrecorded", recording->backend->broken(recording->run), program_name(recording));
    return false;
}

static void start(struct recording *recording)
{
    char *trouble = NULL;
    if (directory_make(&recording->directory, recording->options->output, recording->options->program[0], &trouble) < 0)
        die("%s", trouble ? trouble : "out of memory");
    int err = recording->backend->start(&recording->run, recording->directory.absolute,
                                        &recording->options->backend, &trouble);
    /* From here on a Ctrl-C is the program's, and the trace must become whole. */
    child_hold_signals(&recording->signals);
    if (!err)
        return;
    directory_discard(&recording->directory);
    die("%s", trouble ? trouble : strerror(-err));
}

static int run_program(struct recording *recording, struct child_outcome *child)
{
    struct child_plan plan = {
        .argv = recording->options->program,
        .timeout_ms = recording->options->timeout_ms,
        .helper = recording->backend->helper(recording->run),
        .watch = recording->backend->watch(recording->run),
        .watched = broke,
        .prepare = prepare,
        .ending = ending,
        .data = recording,
    };
    return child_run(&plan, &recording->signals, child);
}

/* The program never ran: nothing stays behind. As env does, tells what isn't there from what can't be run. */
static int give_up(struct recording *recording, int err)
{
    options_cant_run(recording->options->program[0], err);
    child_release_signals(&recording->signals);
    recording->backend->end(recording->run);
    directory_discard(&recording->directory);
    return err == ENOENT ? 127 : 126;
}

static void tell(const struct recording *recording, const struct backend_outcome *outcome, const struct child_outcome *child)
{
    const char *program = program_name(recording);
    if (outcome->trouble)
        warn("%s", outcome->trouble);
    if (child->left)
        warn("%zu process%s that %s started still run%s, unrecorded from now on", child->left, child->left == 1 ? "" : "es", program,
             child->left == 1 ? "s" : "");
    if (outcome->streamed)
        summary_print_streamed(recording->options->backend.relay, program, outcome);
    else
        summary_print(&recording->directory, program, outcome);
}

/* What is streamed leaves nothing here, unless something was saved of a process that was killed. */
static void clear_streamed(const struct recording *recording)
{
    if (rmdir(recording->directory.absolute) < 0)
        warn("the last events of a process that was killed couldn't be streamed: they are in %s", recording->directory.path);
}

static int finish(struct recording *recording, const struct child_outcome *child)
{
    struct backend_outcome outcome;
    recording->backend->finish(recording->run, &outcome);
    int err = directory_keep_private(recording->directory.absolute);
    if (err)
        warn("%s: can't make all of it private: %s", recording->directory.path, strerror(-err));
    tell(recording, &outcome, child);
    child_release_signals(&recording->signals);
    recording->backend->end(recording->run);
    if (outcome.streamed)
        clear_streamed(recording);
    free(outcome.streamed);
    free(outcome.trouble);
    return child->status;
}

static int run(int argc, char **argv)
{
    struct options options = {0};
    options_parse(&cmd_record, &(struct argp){.options = option_list, .parser = parse_option, .doc = help_text}, ARGP_IN_ORDER, argc, argv,
                  &options);
    if (!options.program)
        die("which program? As in: thrum record -- PROG ARG...");
    if (options.backend.relay && options.output)
        die("-o names a directory here, --stream-to a host elsewhere: leave out one of them");
    if (options.lttng && !lttng)
        die("--lttng: this thrum was built without LTTng: install liblttng-ust-dev and liblttng-ctl-dev, and build it anew");
    struct recording recording = {.options = &options, .backend = options.lttng ? lttng : &backend_recorder};
    struct child_outcome child;
    start(&recording);
    int err = run_program(&recording, &child);
    int status = err || child.exec_error ? give_up(&recording, err ? -err : child.exec_error) : finish(&recording, &child);
    directory_free(&recording.directory);
    return status;
}

const struct cmd cmd_record = {
    .name = "record",
    .args = "[-o DIR] [--timeout SECONDS] [--ring SIZE] [--max-size SIZE] [--lttng] -- PROG [ARG...]",
    .summary = "run a program and leave a trace of its threads",
    .run = run,
};
