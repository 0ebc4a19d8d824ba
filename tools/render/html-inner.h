/* SPDX-License-Identifier: MIT */
/* What the parts of html.h share. */
#ifndef THRUM_RENDER_HTML_INNER_H
#define THRUM_RENDER_HTML_INNER_H

#include "render/html.h"

struct json_object;
struct pack;
struct page_part;

/* What stands where a page has {{names}}; a name whose part is NULL stays as it is. */
struct html_content {
    const struct timeline *timeline; /* {{title}} */
    const char *frame;               /* {{frame}}: JSON */
    const char *heads[2];            /* {{head}} or {{head-0}}, and {{head-1}}: JSON */
    const struct pack *packs[2];     /* {{data}} or {{data-0}}, and {{data-1}} */
};

/* Writes a page with its names replaced. 0 or -errno. */
int html_fill(struct page_part page, const struct html_content *, FILE *out);

/* What became of writing: the status so far, or why `out` could not be written. */
int html_flush(FILE *out, int status);

/* All that the page knows, as JSON in one line of new memory, but for the numbers of its tables: those go to the pack. */
char *html_head(const struct timeline *, const struct report *, struct pack *);

/* The tables: their columns with their lengths in bytes. */
struct json_object *html_tables(const struct timeline *, struct pack *);

#endif
