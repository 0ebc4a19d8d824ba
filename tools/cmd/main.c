/* SPDX-License-Identifier: MIT */
/* One program under two names: `thrum COMMAND ...`, and `deadlock-report ...` for `thrum report ...`. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cmd/cmd.h"
#include "cmd/die.h"

/* A full disk shows only as the output is flushed. */
static void flush_output(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return;
    warn("can't write the output: %m");
    _exit(EXIT_TROUBLE);
}

int main(int argc, char **argv)
{
    atexit(flush_output);
    /* A line goes out whole: others write to the same terminal. */
    setvbuf(stderr, NULL, _IOLBF, 0);
    if (strcmp(program_invocation_short_name, "deadlock-report") == 0)
        return cmd_run(&cmd_report, "deadlock-report", argc, argv);
    return cmd_main(argc, argv);
}
