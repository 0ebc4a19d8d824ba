/* SPDX-License-Identifier: MIT */
/*
 * Finding CTF traces in directories, and making readable what can be read of a damaged one. libbabeltrace2 refuses a
 * whole trace for one stream file that was cut short, and can loop for ever on metadata that was; so metadata is looked
 * at before it sees it, and of a trace that it refuses a scratch copy is made: links to what is well, and the whole
 * part of what isn't.
 */
#ifndef THRUM_TRACE_READER_FIND_H
#define THRUM_TRACE_READER_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include "trace/reader.h"

/* A directory with one CTF trace. */
struct trace_place {
    char *path;    /* as it was found */
    char *scratch; /* directory to be read in its place, or NULL */
};

struct trace_places {
    struct trace_place *at;
    size_t count;
    size_t capacity;
};

/* Appends the traces in and below a path, in the order of their names. 0, or -errno and *trouble, a line to be freed. */
int places_find(struct trace_places *, const char *path, char **trouble);

/* Removes scratch copies too. */
void places_free(struct trace_places *);

/*
 * Whether the metadata is whole. If it isn't, makes the place readable up to the last declaration that is, and says so
 * in *losses. 0, or -errno and a line in losses->trouble: it can't be read at all.
 */
int place_check_metadata(struct trace_place *, struct reader_losses *losses);

/*
 * For a trace that can't be opened: makes the place one of those streams that can be, each as far as it can be, and says
 * in *losses what is left out. `opens` tells whether a directory can be opened as a trace. 0 and how many streams are
 * *kept, or -errno.
 */
int place_mend_streams(struct trace_place *, bool (*opens)(const char *directory), struct reader_losses *losses,
                       size_t *kept);

/* Adds to losses->trouble, after "; " where there is some. */
void losses_say(struct reader_losses *, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
