/* SPDX-License-Identifier: MIT */
/*
 * Finding CTF traces in directories, and making readable what can be read of a damaged one. libbabeltrace2 refuses a
 * whole trace for one stream file that was cut short, and can loop for ever or abort on metadata and packets that were
 * damaged; so both are looked at before it sees them, and of a trace that isn't well a scratch copy is made: links to
 * what is well, and the whole part of what isn't.
 */
#ifndef THRUM_TRACE_READER_FIND_H
#define THRUM_TRACE_READER_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include "trace/losses.h"
#include "trace/reader.h"

/* A directory with one CTF trace. */
struct trace_place {
    char *path;    /* as it was found */
    char *scratch; /* directory to be read in its place, or NULL */
    bool live;     /* `path` is the URL of a session that a relay daemon passes on */
    bool headless; /* our recorder's, and its metadata is missing */
    bool known;    /* its packets begin as LTTng's do, so they can be checked and mended */
    bool own;      /* it is one of our recorder's */
};

struct trace_places {
    struct trace_place *at;
    size_t count;
    size_t capacity;
};

/* Appends the traces in and below a path, in the order of their names. 0, or -errno and *trouble, a line to be freed. */
int places_find(struct trace_places *, const char *path, char **trouble);

/* Whether it is the URL of a live session: net://HOST[:PORT]/host/NAME/SESSION. */
bool place_is_live(const char *path);

/* Removes scratch copies too. */
void places_free(struct trace_places *);

/*
 * Whether the metadata is whole. If it isn't, makes the place readable up to the last declaration that is, and says so
 * in *losses. 0, or -errno and a line in losses->trouble: it can't be read at all.
 */
int place_check_metadata(struct trace_place *, struct reader_losses *losses);

/* Whether the packets of all its streams are whole; true where their layout isn't known. */
bool place_streams_whole(const struct trace_place *);

/*
 * For a trace that isn't well: makes the place one of those streams that can be opened, each as far as it can be, and says
 * in *losses what is left out. `opens` tells whether a directory can be opened as a trace. 0 and how many streams are
 * *kept, or -errno.
 */
int place_mend_streams(struct trace_place *, bool (*opens)(const char *directory), struct reader_losses *losses,
                       size_t *kept);

#endif
