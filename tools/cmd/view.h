/* SPDX-License-Identifier: MIT */
/*
 * What the commands that tell of traces have in common: which traces, into which file, in colour or not.
 *
 *     static const struct argp_option option_list[] = {..., VIEW_OUTPUT, VIEW_COLOUR, {0}};
 *     parser:  default: return view_option(&options->view, key, arg, state);
 */
#ifndef THRUM_CMD_VIEW_H
#define THRUM_CMD_VIEW_H

#include <argp.h>
#include <stdbool.h>
#include <stdio.h>
#include "render/colour.h"
#include "render/render.h"

struct view {
    const char *const *paths; /* of the traces */
    size_t path_count;
    const char *output; /* NULL: none given; "-": standard output */
    enum colour_when colour;
};

#define VIEW_KEY_COLOUR 0x7100
#define VIEW_OUTPUT {"output", 'o', "FILE", 0, "Write to FILE instead of standard output", 0}
#define VIEW_COLOUR                                                                                                       \
    {"color", VIEW_KEY_COLOUR, "WHEN", OPTION_ARG_OPTIONAL, "Colour: always, never, or auto (on a terminal unless NO_COLOR is set)", 0}, \
    {"colour", 0, NULL, OPTION_ALIAS | OPTION_HIDDEN, NULL, 0}

#define VIEW_KEY_PROGRESS 0x7101
#define VIEW_PROGRESS                                                                                                     \
    {"progress", VIEW_KEY_PROGRESS, "WHEN", OPTION_ARG_OPTIONAL, "Tell how far long work is, on stderr: always, never, or auto (on a terminal)", 0}, \
    {"quiet", 'q', NULL, 0, "The same as --progress=never", 0}

/* What the word behind --color says, NULL where there is none; ends the program where it says nothing. */
enum colour_when view_when(const char *word);

/* Takes these options, and the arguments as traces; ARGP_ERR_UNKNOWN for all else. */
error_t view_option(struct view *, int key, char *arg, struct argp_state *);

/* Takes --progress and -q; ARGP_ERR_UNKNOWN for all else. */
error_t view_progress(int key, const char *arg);

/* The file to write to where none need be given. */
const char *view_output(const struct view *);

/* Whether what is written to `out` is to be in colour. */
bool view_in_colour(const struct view *, FILE *out);

/* Says on standard error what of the traces is missing, if anything is. */
void view_warn_incomplete(const struct report *);

#endif
