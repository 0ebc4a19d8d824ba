/* SPDX-License-Identifier: MIT */
/* The directory that a recording goes to: its owner's alone, and never one that holds something already. */
#ifndef THRUM_RECORD_DIRECTORY_H
#define THRUM_RECORD_DIRECTORY_H

#include <stdbool.h>

struct directory {
    char *path;     /* as the user knows it */
    char *absolute; /* without links and dots */
    bool made;      /* it wasn't there before */
};

/*
 * Makes `wanted`, or takes it where it is empty and the caller's own; where `wanted` is NULL, makes
 * thrum-PROGRAM-YYYYMMDD-HHMMSS in the working directory, of the last part of `program`. Mode 0700.
 * 0, or -errno and *trouble.
 */
int directory_make(struct directory *, const char *wanted, const char *program, char **trouble);

/* Gives all that is below an absolute path to its owner alone: directories 0700, files 0600. 0 or -errno. */
int directory_keep_private(const char *absolute);

/* Removes what is in the directory, and itself too where directory_make() made it. */
void directory_discard(const struct directory *);

void directory_free(struct directory *);

/* Removes an absolute path and all below it, not following links. */
void directory_remove(const char *absolute);

#endif
