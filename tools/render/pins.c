/* SPDX-License-Identifier: MIT */
/* Where findings are pinned on a timeline. */
#include "config.h"
#include "render/pins.h"

#include <stdlib.h>
#include <string.h>
#include "base/memory.h"

struct pins {
    const struct timeline *timeline;
    struct pin *at;
    size_t count, capacity;
};

static void add(struct pins *pins, struct pin pin)
{
    const struct timeline *timeline = pins->timeline;
    if (pin.thread == TIMELINE_NONE || pin.time_ns < timeline->from_ns || pin.time_ns > timeline->to_ns)
        return;
    for (size_t i = 0; i < pins->count; i++)
        if (pins->at[i].finding == pin.finding && pins->at[i].thread == pin.thread && pins->at[i].time_ns == pin.time_ns && pins->at[i].told == pin.told)
            return;
    pins->at = memory_grow(pins->at, pins->count + 1, &pins->capacity, sizeof *pins->at);
    pins->at[pins->count++] = pin;
}

static int64_t moment_of(const struct finding_step *step)
{
    return step->wants.since_ns >= 0 ? step->wants.since_ns : step->holds.since_ns;
}

static void add_finding(struct pins *pins, const struct finding *finding, uint32_t place)
{
    for (size_t i = 0; i < finding->step_count; i++) {
        const struct finding_step *step = &finding->steps[i];
        add(pins, (struct pin){
            .time_ns = moment_of(step), .thread = timeline_find_thread(pins->timeline, step->pid, step->tid), .finding = place, .told = TIMELINE_NONE,
            .word = finding_kind_word(finding->kind), .certainty = finding_certainty_word(finding->certainty),
            .message = finding->message ? finding->message : ""});
    }
}

static bool is_at(const struct finding_object *side, const char *site)
{
    return side->stack_count && side->stack[0].text && strcmp(side->stack[0].text, site) == 0;
}

/* Whether that thread takes part in it, at the place that the checker named. */
static bool is_told(const struct timeline *timeline, const struct finding *finding, const struct timeline_told *told)
{
    const char *site = timeline->frames.at[told->site];
    bool there = false, thread = false;
    for (size_t i = 0; i < finding->step_count; i++) {
        const struct finding_step *step = &finding->steps[i];
        there |= is_at(&step->wants, site) || is_at(&step->holds, site);
        thread |= timeline_find_thread(timeline, step->pid, step->tid) == told->thread;
    }
    return there && thread;
}

uint32_t pins_finding_of(const struct timeline *timeline, const struct report *report, const struct timeline_told *told)
{
    for (uint32_t i = 0; i < report->findings->count; i++) {
        const struct finding *finding = &report->findings->at[i];
        if (report_shows(report, finding) && strcmp(finding_kind_word(finding->kind), told->finding) == 0 && is_told(timeline, finding, told))
            return i;
    }
    return TIMELINE_NONE;
}

static int by_time(const void *one, const void *other)
{
    const struct pin *a = one, *b = other;
    if (a->time_ns != b->time_ns)
        return a->time_ns < b->time_ns ? -1 : 1;
    return a->thread < b->thread ? -1 : a->thread > b->thread;
}

struct pin *pins_make(const struct timeline *timeline, const struct report *report, size_t *count)
{
    struct pins pins = {.timeline = timeline};
    for (uint32_t i = 0; i < report->findings->count; i++)
        if (report_shows(report, &report->findings->at[i]))
            add_finding(&pins, &report->findings->at[i], i);
    for (uint32_t i = 0; i < timeline->told.count; i++) {
        const struct timeline_told *told = &timeline->told.at[i];
        if (told->thread != TIMELINE_NONE)
            add(&pins, (struct pin){.time_ns = told->time_ns, .thread = told->thread, .finding = pins_finding_of(timeline, report, told), .told = i,
                                    .word = told->finding, .certainty = told->certainty, .message = told->message});
    }
    if (pins.count)
        qsort(pins.at, pins.count, sizeof *pins.at, by_time);
    *count = pins.count;
    return pins.at;
}

size_t pins_told_alone(const struct timeline *timeline, const struct report *report)
{
    size_t count = 0;
    for (size_t i = 0; i < timeline->told.count; i++)
        count += timeline->told.at[i].thread != TIMELINE_NONE && pins_finding_of(timeline, report, &timeline->told.at[i]) == TIMELINE_NONE;
    return count;
}

bool *pins_columns(const struct pin *pins, size_t count, uint32_t thread, int64_t from_ns, int64_t to_ns, size_t width)
{
    bool *columns = memory_new(width + 1, sizeof *columns);
    for (size_t i = 0; i < count; i++) {
        if (pins[i].thread != thread || pins[i].time_ns < from_ns || pins[i].time_ns > to_ns)
            continue;
        size_t at = (size_t)((double)(pins[i].time_ns - from_ns) / (double)(to_ns > from_ns ? to_ns - from_ns : 1) * (double)width);
        columns[at < width ? at : width - 1] = true;
    }
    return columns;
}
