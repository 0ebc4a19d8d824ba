/* SPDX-License-Identifier: MIT */
/* A command of thrum: one per file, found by its name in the list of cmd.c. */
#ifndef THRUM_CMD_H
#define THRUM_CMD_H

struct cmd {
    const char *name;    /* "record" */
    const char *args;    /* "[-o DIR] [--timeout SECONDS] -- PROG [ARG...]" */
    const char *summary; /* one line for thrum --help, without a full stop */
    /*
     * argv[0] is how the user calls it ("thrum record"); the result is the exit status.
     * argv is its own to change; options are read with options_parse().
     */
    int (*run)(int argc, char **argv);
};

extern const struct cmd cmd_check;
extern const struct cmd cmd_confirm;
extern const struct cmd cmd_contention;
extern const struct cmd cmd_record;
extern const struct cmd cmd_report; /* also the program deadlock-report */
extern const struct cmd cmd_info;
extern const struct cmd cmd_stress;
extern const struct cmd cmd_timeline;
extern const struct cmd cmd_top;

/* `thrum COMMAND ...`: runs the command named by argv[1]; the result is the exit status. */
int cmd_main(int argc, char **argv);

/* Runs one command as `name`, which messages and help then use; argv[0] is replaced by it. */
int cmd_run(const struct cmd *, const char *name, int argc, char **argv);

#endif
