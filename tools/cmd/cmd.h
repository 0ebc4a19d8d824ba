/* SPDX-License-Identifier: MIT */
/* A command of thrum: one per file, found by its name in the list of cmd.c. */
#ifndef THRUM_CMD_H
#define THRUM_CMD_H

struct cmd {
    const char *name;    /* "record" */
    const char *args;    /* "[-o DIR] [--timeout SECONDS] -- PROG [ARG...]" */
    const char *summary; /* one line for thrum --help */
    /* argv[0] is the command's name; the result is the exit status. */
    int (*run)(int argc, char **argv);
};

extern const struct cmd cmd_record;
extern const struct cmd cmd_report; /* also the program deadlock-report */
extern const struct cmd cmd_timeline;

#endif
