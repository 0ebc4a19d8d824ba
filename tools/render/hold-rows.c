/* SPDX-License-Identifier: MIT */
/* Deals the holds of objects out to rows. */
#include "config.h"
#include "render/hold-rows.h"

#include <stdlib.h>
#include "base/memory.h"

static uint32_t row_new(struct hold_rows *rows, uint32_t object)
{
    rows->at = memory_grow(rows->at, rows->count + 1, &rows->capacity, sizeof *rows->at);
    rows->at[rows->count] = (struct hold_row){.object = object, .end_ns = INT64_MIN};
    return ++rows->count;
}

/* The first row of its object that is free when the hold begins, + 1; `first`: the object's first row + 1. */
static uint32_t row_of(struct hold_rows *rows, uint32_t *first, const struct timeline_span *span)
{
    if (!*first)
        *first = row_new(rows, span->object);
    uint32_t row = *first;
    while (rows->at[row - 1].end_ns > span->begin_ns) {
        if (!rows->at[row - 1].next) {
            uint32_t added = row_new(rows, span->object); /* may move the table */
            rows->at[row - 1].next = added;
        }
        row = rows->at[row - 1].next;
    }
    rows->at[row - 1].end_ns = span->flags & TIMELINE_OPEN ? INT64_MAX : span->end_ns;
    return row;
}

void hold_rows_make(struct hold_rows *rows, const struct timeline *timeline)
{
    uint32_t *first = memory_new(timeline->objects.count + 1, sizeof *first);
    rows->of_span = memory_new(timeline->spans.count + 1, sizeof *rows->of_span);
    for (size_t i = 0; i < timeline->spans.count; i++) {
        const struct timeline_span *span = &timeline->spans.at[i];
        if (span->what == TIMELINE_hold || span->what == TIMELINE_shared)
            rows->of_span[i] = row_of(rows, &first[span->object], span);
    }
    free(first);
}

void hold_rows_free(struct hold_rows *rows)
{
    free(rows->at);
    free(rows->of_span);
}
