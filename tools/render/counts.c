/* SPDX-License-Identifier: MIT */
/* Counts who waits for each object. */
#include "config.h"
#include "render/counts.h"

#include <stdlib.h>
#include "base/memory.h"

struct change {
    uint32_t object;
    int by;
    int64_t time_ns;
};

static int in_order(const void *one, const void *other)
{
    const struct change *a = one, *b = other;
    if (a->object != b->object)
        return a->object < b->object ? -1 : 1;
    return a->time_ns < b->time_ns ? -1 : a->time_ns > b->time_ns;
}

static struct change *changes_of(const struct timeline *timeline, size_t *count)
{
    struct change *changes = memory_new(2 * timeline->spans.count + 1, sizeof *changes);
    *count = 0;
    for (size_t i = 0; i < timeline->spans.count; i++) {
        const struct timeline_span *span = &timeline->spans.at[i];
        if (span->what != TIMELINE_acquire && span->what != TIMELINE_wait)
            continue;
        changes[(*count)++] = (struct change){span->object, 1, span->begin_ns};
        if (!(span->flags & TIMELINE_OPEN))
            changes[(*count)++] = (struct change){span->object, -1, span->end_ns};
    }
    qsort(changes, *count, sizeof *changes, in_order);
    return changes;
}

void counts_tell(const struct timeline *timeline, void (*tell)(void *self, uint32_t object, int64_t time_ns, unsigned waiting), void *self)
{
    size_t count;
    struct change *changes = changes_of(timeline, &count);
    int waiting = 0;
    for (size_t i = 0; i < count; i++) {
        const struct change *next = i + 1 < count ? &changes[i + 1] : NULL;
        if (i && changes[i - 1].object != changes[i].object)
            waiting = 0;
        waiting += changes[i].by;
        if (!next || next->object != changes[i].object || next->time_ns != changes[i].time_ns)
            tell(self, changes[i].object, changes[i].time_ns, (unsigned)(waiting > 0 ? waiting : 0));
    }
    free(changes);
}
