/* SPDX-License-Identifier: MIT */
/* What the parts of html.h share. */
#ifndef THRUM_RENDER_HTML_INNER_H
#define THRUM_RENDER_HTML_INNER_H

#include "render/html.h"

struct json_object;
struct pack;

/* The page's title, in new memory: which program. */
char *html_title(const struct timeline *);

/* All that the page knows, as JSON in one line of new memory, but for the numbers of its tables: those go to the pack. */
char *html_head(const struct timeline *, const struct report *, struct pack *);

/* The tables: their columns with their lengths in bytes. */
struct json_object *html_tables(const struct timeline *, struct pack *);

#endif
