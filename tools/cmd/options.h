/* SPDX-License-Identifier: MIT */
/* Reads a command's options with argp; --help, --version and every mistake look the same in all commands. */
#ifndef THRUM_CMD_OPTIONS_H
#define THRUM_CMD_OPTIONS_H

#include <argp.h>
#include <stdint.h>

struct cmd;

/*
 * Parses argv for a command. `argp` gives its options, its parser, and in `doc` any text that --help shows after the
 * options; usage and summary come from `cmd`. `flags` are argp's (ARGP_IN_ORDER for a command that runs another
 * program). The parser finds `input` in state->input, and returns ARGP_ERR_UNKNOWN for keys that aren't its own.
 * A bad option or value ends the program: the parser calls die() for those it finds, this function for the rest.
 */
void options_parse(const struct cmd *cmd, const struct argp *argp, unsigned flags, int argc, char **argv, void *input);

/*
 * Of options that say the same thing differently one can be given: *chosen, NULL at first, is that so far; another one ends the
 * program.
 */
void options_choose(const char **chosen, const char *option);

/* Says why a program can't be run, with what to do; err is exec's. */
void options_cant_run(const char *program, int err);

/* A number of seconds, whole or not, as milliseconds, at least 1; a text that isn't one ends the program. */
int64_t options_milliseconds(const char *option, const char *text);

#endif
