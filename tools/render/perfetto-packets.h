/* SPDX-License-Identifier: MIT */
/*
 * Packets of a Perfetto trace, small: every text is written once and a number stands for it from then on, times are told by
 * how much later they are, and packets are deflated together.
 *
 *     struct perfetto_packets packets;
 *     perfetto_begin(&packets, out, begin_ns);
 *     perfetto_track(&packets, &descriptor);
 *     perfetto_event(&packets, time_ns, &event);     // in the order of time
 *     int status = perfetto_end(&packets);
 */
#ifndef THRUM_RENDER_PERFETTO_PACKETS_H
#define THRUM_RENDER_PERFETTO_PACKETS_H

#include <stdint.h>
#include <stdio.h>
#include "render/perfetto.pb-c.h"
#include "render/texts.h"

/* Sorts of texts, each numbered by itself. */
enum perfetto_text { PERFETTO_name, PERFETTO_category, PERFETTO_key, PERFETTO_value, PERFETTO_texts };

struct perfetto_packets {
    FILE *out;
    struct texts texts[PERFETTO_texts];
    size_t told[PERFETTO_texts]; /* how many of them are in the file */
    int64_t last_ns;
    unsigned char *batch; /* packets not deflated yet */
    size_t size, capacity;
    int status; /* 0 or -errno */
};

void perfetto_begin(struct perfetto_packets *, FILE *out, int64_t begin_ns);

/* The number of a text, cleaned, as events have it. */
uint64_t perfetto_text(struct perfetto_packets *, enum perfetto_text, const char *text);

void perfetto_track(struct perfetto_packets *, Perfetto__Protos__TrackDescriptor *);

/* Not earlier than the last one. */
void perfetto_event(struct perfetto_packets *, int64_t time_ns, Perfetto__Protos__TrackEvent *);

/* Writes what is left. 0 or -errno; what can't be written is left to the stream. */
int perfetto_end(struct perfetto_packets *);

#endif
