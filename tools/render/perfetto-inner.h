/* SPDX-License-Identifier: MIT */
/* What the parts of the Perfetto renderer share: timeline-perfetto.c writes what perfetto-order.c put in order, on the tracks of perfetto-tracks.c. */
#ifndef THRUM_RENDER_PERFETTO_INNER_H
#define THRUM_RENDER_PERFETTO_INNER_H

#include "render/hold-rows.h"
#include "render/perfetto-packets.h"
#include "render/pins.h"

/* Names of events that are made once for each thread or object. */
enum perfetto_label { LABEL_thread, LABEL_object, LABEL_wait_for, LABEL_wait_on, LABEL_gives_back, LABEL_wakes, LABELS };

enum perfetto_what { ITEM_begin, ITEM_end, ITEM_brief, ITEM_act, ITEM_effect, ITEM_mark, ITEM_pin, ITEM_count, ITEM_step_begin, ITEM_step_end };

/* Something to write; `place` is in the table that `what` stands for. ITEM_brief: a span without length. */
struct perfetto_item {
    int64_t time_ns;
    uint32_t place;
    uint8_t what;
};

struct perfetto_count {
    int64_t time_ns;
    uint32_t object;
    uint32_t waiting;
};

struct perfetto {
    const struct timeline_view *view;
    const struct timeline *timeline;
    struct perfetto_packets packets;
    TIMELINE_TABLE(struct perfetto_item) items;
    TIMELINE_TABLE(struct perfetto_count) counts;
    struct pin *pins;
    size_t pin_count;
    uint32_t tracks;          /* numbers given so far */
    uint32_t path;            /* track; 0: none yet */
    uint32_t *counters;       /* by object: its track, 0: none yet */
    struct hold_rows rows;    /* their tracks come after those of processes and threads */
    uint32_t *labels[LABELS]; /* by thread or object: the name's number, 0: none yet */
};

/* --- perfetto-tracks.c --- */

/* Tells of processes, threads and the tracks of what they hold. */
void perfetto_tracks(struct perfetto *);
uint64_t perfetto_thread_track(const struct perfetto *, uint32_t thread);
uint64_t perfetto_span_track(const struct perfetto *, uint32_t span);
/* Told of where they are used first. */
uint64_t perfetto_counter_track(struct perfetto *, uint32_t object);
uint64_t perfetto_path_track(struct perfetto *);
/* Of the thread or the object at a place. */
uint64_t perfetto_label(struct perfetto *, enum perfetto_label, uint32_t place);
void perfetto_free(struct perfetto *);

/* --- perfetto-order.c --- */

/* Fills in `items`, by time; at one moment ends come first, the innermost before the others, and begins last. */
void perfetto_order(struct perfetto *);

#endif
