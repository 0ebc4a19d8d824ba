/* SPDX-License-Identifier: MIT */
/* The one way in which a tool ends in trouble: a line on stderr that names the file, what was wrong and what to do. */
#ifndef THRUM_CMD_DIE_H
#define THRUM_CMD_DIE_H

/* Exit status of a tool that could not do what it was asked. */
#define EXIT_TROUBLE 2

/* Sets the name that lines begin with: "deadlock-report", "thrum record". Borrowed for good. */
void die_set_program(const char *name);

/* The name set last, else the program's own. */
const char *die_program(void);

/* Prints "PROGRAM: MESSAGE" on stderr and exits with EXIT_TROUBLE. The message is one line without its newline. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints the same and returns. */
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
