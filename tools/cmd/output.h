/* SPDX-License-Identifier: MIT */
/*
 * The file that a command writes: whole or not at all, readable by its owner only, and through no link that somebody
 * else laid: it is made beside its place under another name and then put there.
 *
 *     struct output output;
 *     output_open(&output, path);         // each ends the program where it fails
 *     fprintf(output.file, ...);
 *     output_close(&output);
 */
#ifndef THRUM_CMD_OUTPUT_H
#define THRUM_CMD_OUTPUT_H

#include <stdio.h>

struct output {
    FILE *file;
    const char *path;
    FILE *below;      /* what `file` writes to, gzipped; NULL: it is the file itself */
    char *unfinished; /* its name until then; NULL: written in place */
};

/* "-" is standard output; a name that ends in .gz is gzipped; what exists and is no plain file (a pipe, a terminal) is written to as it is. */
void output_open(struct output *, const char *path);
void output_close(struct output *);

/* Gives it up: nothing is left behind. */
void output_abandon(struct output *);

#endif
