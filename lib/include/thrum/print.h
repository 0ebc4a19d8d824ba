/* SPDX-License-Identifier: MIT */
/*
 * Safe print: whole lines, never interleaved with those of other threads, nor split by what else they write to the
 * same stream.
 */
#ifndef THRUM_PRINT_H
#define THRUM_PRINT_H

#include <stdio.h>
#include <thrum/base.h>

THRUM_BEGIN_DECLARATIONS

/* Prints a text and a newline on stdout, in one piece, and flushes. 0; ENOMEM; or why it couldn't be written. */
THRUM_API int thrum_print(const char *format, ...) THRUM_PRINTF(1, 2);

/* The same on any stream. */
THRUM_API int thrum_print_to(FILE *stream, const char *format, ...) THRUM_PRINTF(2, 3);

THRUM_END_DECLARATIONS

#endif
