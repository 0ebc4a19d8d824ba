/* SPDX-License-Identifier: MIT */
/* When text is in colour: as --color=WHEN says, else on a terminal that has some, unless NO_COLOR is set. */
#ifndef THRUM_RENDER_COLOUR_H
#define THRUM_RENDER_COLOUR_H

#include <stdbool.h>
#include <stdio.h>

enum colour_when { COLOUR_auto, COLOUR_always, COLOUR_never };

/* Of the word behind --color; NULL: none is there, which is always. False: there is no such word. */
bool colour_parse(const char *word, enum colour_when *when);

/* Whether what is written to `out` is to be in colour. */
bool colour_wanted(enum colour_when when, FILE *out);

#endif
