/* SPDX-License-Identifier: MIT */
/* The timeline as one self-contained page. */
#ifndef THRUM_RENDER_HTML_H
#define THRUM_RENDER_HTML_H

#include <stdio.h>
#include "analyze/finding.h"
#include "render/timeline-data.h"
#include "trace/reader.h"

/* All that a page shows. */
struct html_page {
    const struct timeline *timeline; /* finished */
    const struct findings *findings;
    const struct reader_losses *losses;
    const struct model_totals *totals;
    const char *const *paths; /* of the traces */
    size_t path_count;
};

/* Writes the page. 0 or -errno. */
int html_write(const struct html_page *, FILE *out);

#endif
