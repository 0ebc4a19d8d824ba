/* SPDX-License-Identifier: MIT */
/* The files of page/, embedded in the program. */
#ifndef THRUM_RENDER_PAGE_H
#define THRUM_RENDER_PAGE_H

#include <stddef.h>

struct page_part {
    const char *begin, *end;
};

extern const struct page_part page_frame; /* page.html, with {{names}} to be replaced */
extern const struct page_part page_pair;  /* pair.html, likewise: two of them */
extern const struct page_part page_style;
extern const struct page_part page_scripts[]; /* in the order in which they need each other */
extern const size_t page_script_count;

#endif
