/* SPDX-License-Identifier: MIT */
/* Lines on stderr, and the end of a tool in trouble. */
#include "config.h"
#include "cmd/die.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char *program;

void die_set_program(const char *name)
{
    program = name;
}

const char *die_program(void)
{
    return program ? program : program_invocation_short_name;
}

static void say(const char *format, va_list args)
{
    /* What was printed before comes first, also where both go to one file. */
    fflush(stdout);
    fprintf(stderr, "%s: ", die_program());
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
}

void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(format, args);
    va_end(args);
    exit(EXIT_TROUBLE);
}

void warn(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(format, args);
    va_end(args);
}
