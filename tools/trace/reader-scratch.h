/* SPDX-License-Identifier: MIT */
/* Scratch copies of damaged traces: a private directory of links and parts of files. */
#ifndef THRUM_TRACE_READER_SCRATCH_H
#define THRUM_TRACE_READER_SCRATCH_H

#include "trace/reader-find.h"

/* Makes place->scratch, an empty directory. 0 or -errno. */
int scratch_begin(struct trace_place *);

/* A file with that text. 0 or -errno. */
int scratch_text(const char *scratch, const char *name, const char *text);

/* A link to a file of the place. 0 or -errno. */
int scratch_link(const struct trace_place *, const char *name);

/* Links to all files of the place but its metadata. 0 or -errno. */
int scratch_link_streams(const struct trace_place *);

/*
 * The part of a stream file that is whole, in the layout of LTTng's packets: the packets that are, and of one that was
 * cut as much as there is. 0 and *kept, its length; -ENODATA: nothing of it is whole; or another -errno.
 */
int scratch_part(const struct trace_place *, const char *name, size_t *kept);

void scratch_drop(const char *scratch, const char *name);

/* Removes the directory, and frees its name; NULL is nothing. */
void scratch_remove(char *scratch);

#endif
