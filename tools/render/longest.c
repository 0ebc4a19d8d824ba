/* SPDX-License-Identifier: MIT */
/* The longest waits, in words. */
#include "config.h"
#include "render/longest.h"

#include <stdlib.h>
#include "base/memory.h"

static int64_t length(const struct timeline *timeline, uint32_t span)
{
    return timeline->spans.at[span].end_ns - timeline->spans.at[span].begin_ns;
}

/* Into a list that stays sorted. */
static void put_in(const struct timeline *timeline, uint32_t *found, size_t *count, size_t most, uint32_t span)
{
    if (*count == most && length(timeline, found[most - 1]) >= length(timeline, span))
        return;
    size_t at = *count < most ? (*count)++ : most - 1;
    for (; at && length(timeline, found[at - 1]) < length(timeline, span); at--)
        found[at] = found[at - 1];
    found[at] = span;
}

uint32_t *longest_waits(const struct timeline *timeline, size_t most, size_t *count)
{
    uint32_t *found = memory_new(most + 1, sizeof *found);
    *count = 0;
    for (uint32_t i = 0; most && i < timeline->spans.count; i++) {
        unsigned what = timeline->spans.at[i].what;
        if (what == TIMELINE_acquire || what == TIMELINE_wait)
            put_in(timeline, found, count, most, i);
    }
    return found;
}

static int by_span(const void *key, const void *item)
{
    uint32_t span = *(const uint32_t *)key, at = ((const struct timeline_arrow *)item)->span;
    return span < at ? -1 : span > at;
}

const struct timeline_arrow *wait_arrow(const struct timeline *timeline, uint32_t span)
{
    if (!timeline->arrows.count)
        return NULL;
    return bsearch(&span, timeline->arrows.at, timeline->arrows.count, sizeof *timeline->arrows.at, by_span);
}

static const char *verb(const struct timeline *timeline, const struct timeline_span *span)
{
    bool over = !(span->flags & TIMELINE_OPEN), lock = timeline->objects.at[span->object].lock;
    if (span->what == TIMELINE_acquire && lock)
        return over ? "waited for" : "waits for";
    return over ? "waited on" : "waits on";
}

static void put_end(FILE *out, const struct timeline *timeline, const struct timeline_span *span, const struct timeline_arrow *arrow)
{
    static const char *const acts[] = {" gave it back", " woke it", " ended"};
    if (span->flags & TIMELINE_OPEN) {
        fputs(span->flags & TIMELINE_FOREVER ? ", for ever: a deadlock" : ", to the end", out);
        return;
    }
    if (!arrow)
        return;
    char *from = timeline_thread_name(timeline, arrow->from);
    fprintf(out, ", until %s%s", from, acts[arrow->how]);
    if (arrow->site)
        fprintf(out, " in %s", timeline->frames.at[arrow->site]);
    free(from);
}

char *wait_sentence(const struct timeline *timeline, uint32_t place, const struct timeline_arrow *arrow)
{
    const struct timeline_span *span = &timeline->spans.at[place];
    char *thread = timeline_thread_name(timeline, span->thread), *object = timeline_object_label(timeline, span->object), *text;
    size_t size;
    FILE *out = memory_stream(&text, &size);
    fprintf(out, "%s %s %s", thread, verb(timeline, span), object);
    if (span->site)
        fprintf(out, " in %s", timeline->frames.at[span->site]);
    put_end(out, timeline, span, arrow);
    fclose(out);
    free(thread);
    free(object);
    return text;
}
