/* SPDX-License-Identifier: MIT */
/* Colours, columns and paragraphs. */
#include "config.h"
#include "render/paper.h"

#include <stdlib.h>
#include <string.h>
#include "render/render.h"

enum { LINE_WIDTH = 96 };

/* Attributes as terminals know them, by SGR number. */
static const char *const attributes[] = {
    [INK_plain] = "",
    [INK_happened] = "1;31",
    [INK_feasible] = "1;35",
    [INK_potential] = "1;33",
    [INK_infeasible] = "1;2",
    [INK_warning] = "1;33",
    [INK_thread] = "1",
    [INK_object] = "36",
    [INK_label] = "1;34",
    [INK_aside] = "2",
};

static void begin(const struct paper *paper, enum ink ink)
{
    if (paper->colour && *attributes[ink])
        fprintf(paper->out, "\033[%sm", attributes[ink]);
}

static void end(const struct paper *paper, enum ink ink)
{
    if (paper->colour && *attributes[ink])
        fputs("\033[0m", paper->out);
}

size_t paper_width(const char *text)
{
    size_t width = 0;
    for (; *text; text++)
        width += (*text & 0xc0) != 0x80;
    return width;
}

void paper_put(const struct paper *paper, enum ink ink, const char *text)
{
    paper_put_padded(paper, ink, text, 0);
}

void paper_put_padded(const struct paper *paper, enum ink ink, const char *text, size_t width)
{
    char *clean = clean_text(text);
    begin(paper, ink);
    fputs(clean, paper->out);
    end(paper, ink);
    for (size_t at = paper_width(clean); at < width; at++)
        fputc(' ', paper->out);
    free(clean);
}

void paper_paragraph(const struct paper *paper, enum ink ink, const char *text, size_t at, size_t indent)
{
    char *clean = clean_text(text), *rest = clean, *word;
    bool first = true;
    begin(paper, ink);
    while ((word = strsep(&rest, " "))) {
        size_t width = paper_width(word);
        if (!first && at + 1 + width > LINE_WIDTH) {
            fprintf(paper->out, "\n%*s", (int)indent, "");
            at = indent;
        } else if (!first) {
            fputc(' ', paper->out);
            at++;
        }
        fputs(word, paper->out);
        at += width;
        first = false;
    }
    end(paper, ink);
    fputc('\n', paper->out);
    free(clean);
}
