/* SPDX-License-Identifier: MIT */
/* The critical path, among the tables of a timeline. */
#include "config.h"

#include <stdlib.h>
#include "analyze/contention.h"
#include "render/timeline-inner.h"
#include "base/map.h"

static bool lives(const struct timeline_thread *thread, const struct contention_step *step)
{
    return thread->begin_ns <= step->end_ns && thread->end_ns >= step->begin_ns;
}

/* The thread of a step; ids are used again. `known` says which one a pid and tid were last. */
static uint32_t thread_of(const struct timeline *timeline, struct map *known, const struct contention_step *step)
{
    uint64_t key = (uint64_t)(uint32_t)step->pid << 32 | (uint32_t)step->tid;
    uintptr_t last = (uintptr_t)map_get(known, key);
    if (last && lives(&timeline->threads.at[last - 1], step))
        return (uint32_t)(last - 1);
    for (uint32_t i = 0; i < timeline->threads.count; i++) {
        const struct timeline_thread *thread = &timeline->threads.at[i];
        if (thread->tid != step->tid || timeline->processes.at[thread->process].pid != step->pid || !lives(thread, step))
            continue;
        map_put(known, key, (void *)((uintptr_t)i + 1));
        return i;
    }
    return TIMELINE_NONE;
}

void timeline_set_path(struct timeline *timeline, const struct contention_path *path)
{
    struct map known = {0};
    for (size_t i = 0; i < path->step_count; i++) {
        const struct contention_step *step = &path->steps[i];
        uint32_t thread = thread_of(timeline, &known, step);
        if (thread == TIMELINE_NONE || step->end_ns < timeline->from_ns || step->begin_ns > timeline->to_ns)
            continue;
        uint32_t place = TIMELINE_ADD(&timeline->path);
        timeline->path.at[place] = (struct timeline_step){step->begin_ns, step->end_ns, thread, (uint8_t)step->kind};
    }
    map_free(&known);
}
