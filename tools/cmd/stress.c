/* SPDX-License-Identifier: MIT */
/* thrum stress: runs a program again and again with its threads disturbed, to bring out rare deadlocks. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "cmd/cmd.h"
#include "cmd/die.h"
#include "cmd/options.h"
#include "cmd/view.h"
#include "render/render.h"
#include "steer/run.h"

/* Exit status where something was found, as that of thrum check. */
enum { EXIT_FOUND = 66 };

struct options {
    unsigned runs, depth;
    uint64_t seed;
    bool seeded, json, loud;
    enum colour_when colour;
    int64_t timeout_ms;
    char **program;
};

enum { KEY_JSON = 256, KEY_OUTPUT };

static const struct argp_option option_list[] = {
    {"runs", 'n', "N", 0, "Run the program at most N times (default 100)", 0},
    {"seed", 's', "SEED", 0, "Begin with this seed; the next run takes the next one", 0},
    {"depth", 'd', "N", 0, "Pause each thread at up to N of its steps (default 2)", 0},
    {"timeout", 't', "SECONDS", 0, "End a run that takes longer (default 30)", 0},
    {"json", KEY_JSON, NULL, 0, "Print one JSON object, as deadlock-report --json does", 0},
    {"output", KEY_OUTPUT, NULL, 0, "Let the program print what it prints", 0},
    VIEW_COLOUR,
    {0},
};

static const char help_text[] =
    "Each thread has a random priority, and at random steps it pauses and drops below\n"
    "all others; at calls that may block, a thread lets those of higher priority run.\n"
    "The seed that brought a deadlock out is printed; with --seed it disturbs the\n"
    "program in the same way again, as far as the program itself does the same again.\n"
    "\n"
    "Exit status: 66 a deadlock happened, 0 none did, 2 something is wrong.";

static uint64_t number_of(const char *option, const char *text, uint64_t least, uint64_t most)
{
    char *end;
    unsigned long long number = strtoull(text, &end, 0);
    if (*end || !*text || *text == '-' || number < least || number > most)
        die("--%s takes a number from %" PRIu64 " to %" PRIu64 ", not '%s'", option, least, most, text);
    return number;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'n': options->runs = (unsigned)number_of("runs", arg, 1, 1000000); return 0;
    case 's': options->seed = number_of("seed", arg, 0, UINT64_MAX); options->seeded = true; return 0;
    case 'd': options->depth = (unsigned)number_of("depth", arg, 0, 16); return 0;
    case 't': options->timeout_ms = options_milliseconds("timeout", arg); return 0;
    case KEY_JSON: options->json = true; return 0;
    case VIEW_KEY_COLOUR: options->colour = view_when(arg); return 0;
    case KEY_OUTPUT: options->loud = true; return 0;
    case ARGP_KEY_ARGS: options->program = state->argv + state->next; return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static void render(const struct options *options, const struct finding *finding)
{
    struct model_totals totals = {0};
    struct reader_losses losses = {0};
    struct finding one = finding ? *finding : (struct finding){0};
    struct findings findings = {.at = &one, .count = finding ? 1 : 0};
    struct report report = {.totals = &totals, .losses = &losses, .findings = &findings};
    const struct render_ops *ops = options->json ? &render_json : &render_text;
    ops->report(stdout, &report, &(struct render_options){.colour = colour_wanted(options->colour, stdout)});
}

static int try_all(const struct options *options, struct steer_runner *runner)
{
    unsigned timeouts = 0;
    for (unsigned i = 0; i < options->runs; i++) {
        int status = 0;
        *runner->plan = (struct steer){.mode = STEER_stress, .seed = options->seed + i, .depth = options->depth};
        enum steer_outcome outcome = steer_run(runner, &status);
        if (outcome == STEER_cant_run)
            die("can't run %s; is it in PATH, or a file that may be executed?", runner->program[0]);
        timeouts += outcome == STEER_timeout;
        if (outcome == STEER_deadlock) {
            fprintf(options->json ? stderr : stdout, "run %u, with --seed %" PRIu64 ", brought this out:\n\n", i + 1,
                    options->seed + i);
            render(options, steer_happened(runner));
            return EXIT_FOUND;
        }
    }
    fprintf(options->json ? stderr : stdout, "no deadlock in %u runs, from --seed %" PRIu64 " on", options->runs, options->seed);
    if (timeouts)
        fprintf(options->json ? stderr : stdout, "; %u of them took too long and were ended", timeouts);
    fprintf(options->json ? stderr : stdout, "\n");
    if (options->json)
        render(options, NULL);
    return EXIT_SUCCESS;
}

static int run(int argc, char **argv)
{
    struct options options = {.runs = 100, .depth = 2, .timeout_ms = 30000};
    char *trouble = NULL;
    options_parse(&cmd_stress, &(struct argp){.options = option_list, .parser = parse_option, .doc = help_text}, ARGP_IN_ORDER,
                  argc, argv, &options);
    if (!options.program || !options.program[0])
        die("which program? As in: thrum stress -- PROG ARG...");
    if (!options.seeded)
        options.seed = (uint64_t)time(NULL) % 1000000 * 1000;
    struct steer_runner runner = {.program = options.program, .timeout_ms = options.timeout_ms, .quiet = !options.loud};
    if (steer_begin(&runner, &trouble) != 0)
        die("%s", trouble);
    int status = try_all(&options, &runner);
    steer_end(&runner);
    return status;
}

const struct cmd cmd_stress = {
    .name = "stress",
    .args = "[--runs N] [--seed SEED] [--depth N] [--timeout SECONDS] [--json] -- PROG [ARG...]",
    .summary = "disturb a program's threads until a rare deadlock comes out",
    .run = run,
};
