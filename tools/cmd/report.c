/* SPDX-License-Identifier: MIT */
/* thrum report, also deadlock-report: the deadlocks in a recording. */
#include "config.h"

#include <stdlib.h>
#include "cmd/cmd.h"
#include "cmd/die.h"
#include "cmd/options.h"

struct options {
    char **paths;
    size_t path_count;
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct options *options = state->input;
    (void)arg;
    switch (key) {
    case ARGP_KEY_ARGS:
        options->paths = state->argv + state->next;
        options->path_count = (size_t)(state->argc - state->next);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int run(int argc, char **argv)
{
    struct options options = {0};
    options_parse(&cmd_report, &(struct argp){.parser = parse_option}, 0, argc, argv, &options);
    if (!options.path_count)
        die("which trace? Give the directory that 'thrum record' or 'lttng' wrote");
    die("%s: reading traces isn't there yet", options.paths[0]);
}

const struct cmd cmd_report = {
    .name = "report",
    .args = "[--json] [--all] TRACE...",
    .summary = "report the deadlocks in a recording, those that happened and those that could",
    .run = run,
};
