/* SPDX-License-Identifier: MIT */
/* How thrum check tells what is found: people at once, programs by a file that is whole at every moment. */
#ifndef THRUM_CHECK_ANSWER_H
#define THRUM_CHECK_ANSWER_H

#include "analyze/suppress.h"
#include "check/log.h"
#include "render/colour.h"
#include "render/paper.h"
#include "render/render.h"

struct answer {
    const struct render_ops *renderer; /* render_text: each finding as it comes */
    const char *path;                  /* of the file to write; NULL: stderr */
    enum colour_when colour;           /* of the text */
    struct suppressions *suppressions;
    struct check_log *log;
    struct paper paper; /* of the text */
};

/* Opens the file; ends the program where it can't be written. */
void answer_begin(struct answer *);

/* The newest finding came; or that of this index. */
void answer_finding(struct answer *);
void answer_finding_at(struct answer *, size_t index);

/* The program is over; how many findings there are that count. */
size_t answer_end(struct answer *);

#endif
