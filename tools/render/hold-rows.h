/* SPDX-License-Identifier: MIT */
/* Rows for the holds of each object, as viewers want them: on one row they don't overlap; readers, who hold it at the same time, get more. */
#ifndef THRUM_RENDER_HOLD_ROWS_H
#define THRUM_RENDER_HOLD_ROWS_H

#include "render/timeline-data.h"

struct hold_rows {
    struct hold_row {
        uint32_t object;
        uint32_t next;  /* row of the same object + 1; 0: none */
        int64_t end_ns; /* of the last hold on it */
    } *at;
    uint32_t count;
    size_t capacity;
    uint32_t *of_span; /* by span: its row + 1; 0: it is no hold */
};

void hold_rows_make(struct hold_rows *, const struct timeline *);
void hold_rows_free(struct hold_rows *);

#endif
