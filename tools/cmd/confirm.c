/* SPDX-License-Identifier: MIT */
/* thrum confirm: makes a predicted deadlock happen. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cmd/cmd.h"
#include "cmd/die.h"
#include "cmd/options.h"
#include "cmd/view.h"
#include "cmd/replay.h"
#include "render/render.h"
#include "steer/plan.h"
#include "steer/run.h"
#include "base/memory.h"

/* Exit status where it didn't happen. */
enum { EXIT_NOT_CONFIRMED = 1 };

struct options {
    const char *finding; /* its id, or how it begins; NULL: there is only one */
    unsigned tries;
    int64_t timeout_ms;
    bool json, loud;
    enum colour_when colour;
    char **arguments; /* TRACE -- PROG ... */
    int argument_count;
};

enum { KEY_JSON = 256, KEY_OUTPUT };

static const struct argp_option option_list[] = {
    {"finding", 'f', "ID", 0, "Which finding of the trace; needed where more than one is feasible", 0},
    {"tries", 'n', "N", 0, "Run the program at most N times (default 12)", 0},
    {"timeout", 't', "SECONDS", 0, "End a run that takes longer (default 30)", 0},
    {"json", KEY_JSON, NULL, 0, "Print one JSON object, as deadlock-report --json does", 0},
    {"output", KEY_OUTPUT, NULL, 0, "Let the program print what it prints", 0},
    VIEW_COLOUR,
    {0},
};

static const char help_text[] =
    "TRACE is what 'thrum record' wrote of a run of PROG; its finding is one that\n"
    "'deadlock-report' calls feasible, or potential with a schedule. PROG is run\n"
    "anew, and its threads are paused where the schedule wants it, until they wait\n"
    "for each other. A pause has a limit: a wrong guess doesn't hang by itself.\n"
    "\n"
    "Exit status: 0 the deadlock happened, 1 it did not, 2 something is wrong.";

static unsigned number_of(const char *text)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    if (*end || *text == '-' || number < 1 || number > 100000)
        die("--tries takes a number from 1 on, not '%s'", text);
    return (unsigned)number;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'f': options->finding = arg; return 0;
    case 'n': options->tries = number_of(arg); return 0;
    case 't': options->timeout_ms = options_milliseconds("timeout", arg); return 0;
    case KEY_JSON: options->json = true; return 0;
    case VIEW_KEY_COLOUR: options->colour = view_when(arg); return 0;
    case KEY_OUTPUT: options->loud = true; return 0;
    case ARGP_KEY_ARGS:
        options->arguments = state->argv + state->next;
        options->argument_count = state->argc - state->next;
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

/* --- which finding --- */

/* What has a schedule is feasible, or potential where data may decide. */
static bool is_meant(const struct options *options, const struct finding *finding, enum finding_certainty certainty)
{
    return options->finding ? !strncmp(finding->id, options->finding, strlen(options->finding))
                            : finding->certainty == certainty && finding->move_count;
}

static _Noreturn void die_many(const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        if (findings->at[i].move_count)
            fprintf(stderr, "  --finding %s   %s\n", findings->at[i].id, findings->at[i].message);
    die("more than one is meant: say which with --finding");
}

static const struct finding *only(const struct options *options, const struct findings *findings, enum finding_certainty certainty)
{
    const struct finding *chosen = NULL;
    for (size_t i = 0; i < findings->count; i++) {
        if (!is_meant(options, &findings->at[i], certainty))
            continue;
        if (chosen)
            die_many(findings);
        chosen = &findings->at[i];
    }
    return chosen;
}

static const struct finding *choose(const struct options *options, const struct findings *findings)
{
    const struct finding *chosen = only(options, findings, CERTAINTY_feasible);
    if (!chosen)
        chosen = only(options, findings, CERTAINTY_potential);
    if (!chosen && options->finding)
        die("the trace has no finding %s; deadlock-report --all shows what it has", options->finding);
    if (!chosen)
        die("the trace has no feasible deadlock, nor a potential one with a schedule: there is nothing to confirm");
    if (chosen->certainty == CERTAINTY_happened)
        die("finding %s happened in the recorded run: there is nothing to confirm", chosen->id);
    if (!chosen->move_count)
        die("finding %s is %s: there is no schedule to follow", chosen->id, finding_certainty_word(chosen->certainty));
    return chosen;
}

/* --- what came of it --- */

static void render(const struct options *options, struct findings *findings)
{
    struct model_totals totals = {0};
    struct reader_losses losses = {0};
    struct report report = {.totals = &totals, .losses = &losses, .findings = findings};
    const struct render_ops *ops = options->json ? &render_json : &render_text;
    ops->report(stdout, &report, &(struct render_options){.colour = colour_wanted(options->colour, stdout)});
}

/* The deadlock as the checker saw it; where it knows nothing of such waits, as it was predicted. */
static void tell(const struct options *options, const struct steer_runner *runner, const struct finding *predicted,
                 enum steer_outcome outcome, unsigned attempt)
{
    const struct finding *seen = outcome == STEER_deadlock ? steer_happened(runner) : predicted;
    struct finding one = *seen;
    struct findings findings = {.at = &one, .count = 1};
    char reason[160], message[160];
    if (!options->json)
        printf("confirmed in run %u: the threads wait for each other as %s predicted.\n\n", attempt + 1, predicted->id);
    if (outcome != STEER_deadlock) {
        one.certainty = CERTAINTY_happened;
        one.move_count = 0;
        if (one.kind == FINDING_lock_order) {
            one.kind = FINDING_deadlock;
            snprintf(message, sizeof message, "%s", finding_kind_message(FINDING_deadlock));
            one.message = message;
        }
        for (size_t i = 0; i < one.step_count; i++) /* times are those of the recording */
            one.steps[i].holds.since_ns = one.steps[i].wants.since_ns = -1;
        snprintf(reason, sizeof reason, "steered there, its threads stood where they were predicted to, and had not moved for a second");
        one.reason = reason;
    }
    render(options, &findings);
}

static int try_all(const struct options *options, struct steer_runner *runner, const struct finding *finding,
                   const struct steer *full)
{
    for (unsigned attempt = 0; attempt < options->tries; attempt++) {
        int status = 0;
        steer_plan_try(runner->plan, full, attempt);
        enum steer_outcome outcome = steer_run(runner, &status);
        if (outcome == STEER_cant_run)
            die("can't run %s; is it in PATH, or a file that may be executed?", runner->program[0]);
        if (outcome == STEER_deadlock || outcome == STEER_still) {
            tell(options, runner, finding, outcome, attempt);
            return EXIT_SUCCESS;
        }
    }
    if (options->json)
        render(options, &(struct findings){0});
    else
        printf("not confirmed: in %u run%s the program did not come to wait as %s predicted.\n", options->tries,
               options->tries == 1 ? "" : "s", finding->id);
    return EXIT_NOT_CONFIRMED;
}

static int run(int argc, char **argv)
{
    struct options options = {.tries = 12, .timeout_ms = 30000};
    struct replay replay;
    char *trouble = NULL;
    options_parse(&cmd_confirm, &(struct argp){.options = option_list, .parser = parse_option, .doc = help_text}, ARGP_IN_ORDER,
                  argc, argv, &options);
    if (options.argument_count < 1)
        die("which trace, and which program? As in: thrum confirm TRACE -- PROG ARG...");
    int first = options.argument_count > 1 && strcmp(options.arguments[1], "--") == 0 ? 2 : 1;
    if (options.argument_count <= first)
        die("which program? As in: thrum confirm %s -- PROG ARG...", options.arguments[0]);
    const char *paths[] = {options.arguments[0]};
    replay_open(&replay, paths, 1);
    replay_run(&replay);
    replay_prove(&replay);
    const struct finding *finding = choose(&options, &replay.findings);
    struct steer *full = memory_new(1, sizeof *full);
    if (steer_plan_fill(full, finding, replay.symbols, paths, 1, &trouble) != 0)
        die("%s", trouble);
    struct steer_runner runner = {.program = options.arguments + first, .timeout_ms = options.timeout_ms, .quiet = !options.loud};
    if (steer_begin(&runner, &trouble) != 0)
        die("%s", trouble);
    int status = try_all(&options, &runner, finding, full);
    steer_end(&runner);
    free(full);
    replay_close(&replay);
    return status;
}

const struct cmd cmd_confirm = {
    .name = "confirm",
    .args = "[--finding ID] [--tries N] [--timeout SECONDS] [--json] TRACE -- PROG [ARG...]",
    .summary = "make a deadlock happen that a recording predicts",
    .run = run,
};
