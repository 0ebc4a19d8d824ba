/* SPDX-License-Identifier: MIT */
/* How far a thread had come with the section of a lock after which another one held it: known when all deeds are. */
#include "config.h"

#include <stdlib.h>
#include "analyze/predict-history.h"
#include "base/memory.h"

/* A section in which a lock was held alone, or the last of some that were merged. */
struct section {
    uint32_t thread, seq, upto; /* upto: of the thread, when it is over; HISTORY_NONE: it never is */
};

/* Those of each lock, by thread and then by seq. */
struct sections {
    struct section *at;
    uint32_t *begin; /* of each resource's, and the end of the last one's */
};

static bool is_section(const struct deed *deed)
{
    return (deed->what == DEED_acquire || deed->what == DEED_touch) && !deed->shared;
}

/* How far a thread is when a section is over: what was merged with it counts as one. HISTORY_NONE: it never is. */
static uint32_t over_at(const struct history_thread *t, uint32_t d)
{
    if (t->deeds[d].what == DEED_acquire)
        return t->deeds[d].other == HISTORY_NONE ? HISTORY_NONE : t->deeds[d].other + 1;
    while (++d < t->count && t->deeds[d].what == DEED_touch && !t->deeds[d].begins)
        ;
    return d;
}

static void count_sections(const struct history *h, uint32_t *begin)
{
    for (uint32_t t = 0; t < h->thread_count; t++)
        for (uint32_t d = 0; d < h->threads[t].count; d++)
            if (is_section(&h->threads[t].deeds[d]))
                begin[h->threads[t].deeds[d].resource + 1]++;
    for (uint32_t r = 0; r < h->resource_count; r++)
        begin[r + 1] += begin[r];
}

static struct sections sections_of(const struct history *h)
{
    struct sections sections = {.begin = memory_new((size_t)h->resource_count + 1, sizeof(uint32_t))};
    count_sections(h, sections.begin);
    uint32_t *next = memory_copy(sections.begin, (h->resource_count + 1) * sizeof *next);
    sections.at = memory_new(sections.begin[h->resource_count], sizeof *sections.at);
    for (uint32_t t = 0; t < h->thread_count; t++)
        for (uint32_t d = 0; d < h->threads[t].count; d++) {
            const struct deed *deed = &h->threads[t].deeds[d];
            if (!is_section(deed))
                continue;
            sections.at[next[deed->resource]++] = (struct section){t, deed->seq, over_at(&h->threads[t], d)};
        }
    free(next);
    return sections;
}

/* The first section of that lock and thread that is, or was merged from, one as late as that; NULL: none is known. */
static const struct section *find_section(const struct sections *sections, uint32_t resource, uint32_t thread, uint32_t seq)
{
    uint32_t from = sections->begin[resource], to = sections->begin[resource + 1], end = to;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        const struct section *section = &sections->at[middle];
        if (section->thread < thread || (section->thread == thread && section->seq < seq))
            from = middle + 1;
        else
            to = middle;
    }
    return from < end && sections->at[from].thread == thread ? &sections->at[from] : NULL;
}

void history_link_sections(struct history *h)
{
    struct sections sections = sections_of(h);
    for (uint32_t t = 0; t < h->thread_count; t++)
        for (uint32_t d = 0; d < h->threads[t].count; d++) {
            struct deed *deed = &h->threads[t].deeds[d];
            if (deed->after_thread == HISTORY_NONE)
                continue;
            const struct section *section = find_section(&sections, deed->resource, deed->after_thread, deed->after);
            if (!section || section->upto == HISTORY_NONE)
                deed->after_thread = HISTORY_NONE;
            else
                deed->after = section->upto;
        }
    free(sections.at);
    free(sections.begin);
}
