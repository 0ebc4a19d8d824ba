/* SPDX-License-Identifier: MIT */
/* The list of commands, and how `thrum` finds one. */
#include "config.h"
#include "cmd/cmd.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cmd/die.h"

/* In the order of thrum --help. */
static const struct cmd *const commands[] = {
    &cmd_record,
    &cmd_report,
    &cmd_timeline,
    &cmd_contention,
    &cmd_top,
    &cmd_info,
    &cmd_check,
    &cmd_confirm,
    &cmd_stress,
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static const struct cmd *find(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* How many letters have to be put in, taken out or replaced to turn a into b (Levenshtein). */
static size_t distance(const char *a, const char *b)
{
    size_t width = strlen(b), row[32];
    if (width >= sizeof(row) / sizeof(row[0]))
        return SIZE_MAX;
    for (size_t j = 0; j <= width; j++)
        row[j] = j;
    for (size_t i = 0; a[i]; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < width; j++) {
            size_t above = row[j + 1];
            row[j + 1] = min3(above + 1, row[j] + 1, diagonal + (a[i] != b[j]));
            diagonal = above;
        }
    }
    return row[width];
}

static _Noreturn void die_unknown(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (distance(name, commands[i]->name) <= 2)
            die("there is no command '%s'; did you mean 'thrum %s'?", name, commands[i]->name);
    die("there is no command '%s'; 'thrum --help' lists what there is", name);
}

static void print_help(FILE *out)
{
    fputs("thrum shows what the threads of a program do, and finds the deadlocks in it.\n"
          "\n"
          "Usage: thrum COMMAND [OPTION...] [ARG...]\n"
          "\n", out);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "  %-10s  %s\n", commands[i]->name, commands[i]->summary);
    fputs("\n"
          "  thrum help COMMAND   tells more of one, and 'man thrum' all of it\n"
          "  thrum --version      shows the version\n"
          "\n"
          "To begin with:\n"
          "  thrum check -- ./program             find deadlocks while it runs\n"
          "  thrum record -o trace -- ./program   record it, then:\n"
          "  thrum report trace                   what went wrong, or could\n"
          "  thrum timeline trace                 a picture of who waited for whom\n", out);
}

static const struct cmd *find_or_die(const char *name)
{
    const struct cmd *cmd = find(name);
    if (!cmd)
        die_unknown(name);
    return cmd;
}

/* Runs it under the name `thrum COMMAND`. */
static int run_by_name(const struct cmd *cmd, int argc, char **argv)
{
    char *name;
    if (asprintf(&name, "thrum %s", cmd->name) < 0)
        die("out of memory");
    int status = cmd_run(cmd, name, argc, argv);
    free(name);
    return status;
}

static int help(int argc, char **argv)
{
    if (argc < 3) {
        print_help(stdout);
        return EXIT_SUCCESS;
    }
    char option[] = "--help", *help_argv[] = {NULL, option, NULL};
    return run_by_name(find_or_die(argv[2]), 2, help_argv);
}

int cmd_run(const struct cmd *cmd, const char *name, int argc, char **argv)
{
    argv[0] = (char *)name;
    die_set_program(name);
    return cmd->run(argc, argv);
}

int cmd_main(int argc, char **argv)
{
    die_set_program("thrum");
    if (argc < 2) {
        print_help(stderr);
        return EXIT_TROUBLE;
    }
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0)
        return help(argc, argv);
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
        puts("thrum " PACKAGE_VERSION);
        return EXIT_SUCCESS;
    }
    if (word[0] == '-')
        die("can't take option '%s' before a command; 'thrum --help' tells how it is used", word);
    return run_by_name(find_or_die(word), argc - 1, argv + 1);
}
