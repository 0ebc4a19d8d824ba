/* SPDX-License-Identifier: MIT */
/* What the parts of the interactive timeline share: where it is, and how it moves. */
#ifndef THRUM_CMD_TIMELINE_SCREEN_INNER_H
#define THRUM_CMD_TIMELINE_SCREEN_INNER_H

#include "cmd/timeline-screen.h"
#include "render/lanes.h"
#include "render/pins.h"

struct screen {
    const struct timeline *timeline;
    const struct report *report;
    struct lanes lanes;
    int64_t from_ns, to_ns; /* seen */
    int64_t at_ns;          /* where the cursor is */
    size_t row;             /* with the cursor: threads come first, then objects */
    size_t top;             /* first row that is seen */
    size_t width, rows;     /* of the picture, in characters */
    size_t name_width;
    struct pin *pins; /* findings */
    size_t pin_count, pin; /* pin: which was gone to last, + 1; 0: none */
    char search[64];
    bool help, over;
    const char *message; /* why a key did nothing; NULL: it did */
};

static inline size_t screen_row_count(const struct screen *screen)
{
    return screen->lanes.thread_count + screen->lanes.object_count;
}

static inline bool screen_is_object(const struct screen *screen, size_t row)
{
    return row >= screen->lanes.thread_count;
}

static inline const struct lane *screen_lane(const struct screen *screen, size_t row)
{
    return screen_is_object(screen, row) ? &screen->lanes.objects[row - screen->lanes.thread_count] : &screen->lanes.threads[row];
}

/* A row's name, to be freed. */
char *screen_row_name(const struct screen *, size_t row);

/* The shortest wait, else hold, of the row at the cursor; TIMELINE_NONE: there is none. */
uint32_t screen_span(const struct screen *);

/* Does what a key stands for; nothing for those that aren't its own. */
void screen_press(struct screen *, int key);

/* The next row, from the cursor's on, whose name has the text that is searched. */
void screen_search(struct screen *);

#endif
