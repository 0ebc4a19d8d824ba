/* SPDX-License-Identifier: MIT */
/* Text for a terminal or a file: colours where wanted, columns, wrapped paragraphs. */
#ifndef THRUM_RENDER_PAPER_H
#define THRUM_RENDER_PAPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct paper {
    FILE *out;
    bool colour;
};

/* What a piece of text is; how that looks is decided in paper.c. */
enum ink { INK_plain, INK_happened, INK_feasible, INK_potential, INK_infeasible, INK_warning, INK_thread, INK_object, INK_label, INK_aside };

/* Writes text of whatever origin: control characters don't get through. */
void paper_put(const struct paper *, enum ink, const char *text);

/* The same, followed by spaces up to a width in columns. */
void paper_put_padded(const struct paper *, enum ink, const char *text, size_t width);

/* Width of a text in columns. */
size_t paper_width(const char *text);

/*
 * Writes a paragraph, broken into lines of at most 96 columns where it can be. The cursor is at column `at`; further lines
 * begin at column `indent`. Ends with a newline.
 */
void paper_paragraph(const struct paper *, enum ink, const char *text, size_t at, size_t indent);

#endif
