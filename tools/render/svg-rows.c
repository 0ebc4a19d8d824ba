/* SPDX-License-Identifier: MIT */
/* The rows of the SVG, the arrows between them and the critical path over them. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include "render/longest.h"
#include "render/pins.h"
#include "render/svg-inner.h"
#include "base/memory.h"

/* Rows of more spans than that are drawn by pixels; so many have texts of their own; arrows at most. */
enum { EXACT = 2000, TITLES = 300, ARROWS = 200, LETTER = 7 };

/* Heights within a row: a thread's life, what it waits for and holds; an object's holders, and who waits for it. */
enum { WAIT_Y = 4, WAIT_H = 11, LIFE_Y = 8, LIFE_H = 3, HOLD_Y = 16, HOLD_H = 5, HOLDER_Y = 3, HOLDER_H = 13, QUEUE_Y = 17, QUEUE_H = 4 };

static const char *class_of(const struct timeline_span *span)
{
    switch (span->what) {
    case TIMELINE_hold:
        return "hold";
    case TIMELINE_shared:
        return "shared";
    case TIMELINE_handler:
        return "handler";
    default:
        return span->flags & TIMELINE_FOREVER ? "forever" : span->what == TIMELINE_acquire ? "acquire" : "wait";
    }
}

static bool is_hold(const struct timeline_span *span)
{
    return span->what == TIMELINE_hold || span->what == TIMELINE_shared;
}

static bool is_seen(const struct svg *svg, const struct timeline_span *span)
{
    return span->end_ns >= svg->timeline->from_ns && span->begin_ns <= svg->timeline->to_ns;
}

static void put_box(const struct svg *svg, const char *class, double x, double end, double y, double height)
{
    fprintf(svg->out, "<rect class=\"%s\" x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.0f\"", class, x, y, end - x > 0.4 ? end - x : 0.4, height);
}

/* --- a row as it is --- */

static char *span_title(const struct svg *svg, uint32_t place)
{
    const struct timeline_span *span = &svg->timeline->spans.at[place];
    char length[32], *sentence, *text;
    format_duration(length, span->end_ns - span->begin_ns);
    if (!is_hold(span))
        sentence = wait_sentence(svg->timeline, place, wait_arrow(svg->timeline, place));
    else {
        char *thread = timeline_thread_name(svg->timeline, span->thread), *object = timeline_object_label(svg->timeline, span->object);
        sentence = memory_format("%s held %s, taken in %s", thread, object, svg->timeline->frames.at[span->site]);
        free(thread);
        free(object);
    }
    text = memory_format("%s: %s", length, sentence);
    free(sentence);
    return text;
}

static void put_span(const struct svg *svg, uint32_t place, double y, double height, bool title)
{
    const struct timeline_span *span = &svg->timeline->spans.at[place];
    put_box(svg, class_of(span), svg_x(svg, span->begin_ns), svg_x(svg, span->end_ns), y, height);
    if (title) {
        fputs("><title>", svg->out);
        svg_put_text(svg, span_title(svg, place), 0);
        fputs("</title></rect>\n", svg->out);
    } else
        fputs("/>\n", svg->out);
}

/* Who has it, where there is room for a name. */
static void put_holder(const struct svg *svg, const struct timeline_span *span, double y)
{
    double x = svg_x(svg, span->begin_ns), width = svg_x(svg, span->end_ns) - x;
    char *name = timeline_thread_name(svg->timeline, span->thread);
    if (width < 14 || (size_t)(width - 6) / LETTER < strlen(name)) {
        free(name);
        return;
    }
    fprintf(svg->out, "<text class=\"in\" x=\"%.1f\" y=\"%.1f\">", x + 3, y + HOLDER_Y + 10);
    svg_put_text(svg, name, 0);
    fputs("</text>\n", svg->out);
}

/* What a thread waits for, likewise. */
static void put_wanted(const struct svg *svg, const struct timeline_span *span, double y)
{
    double x = svg_x(svg, span->begin_ns), width = svg_x(svg, span->end_ns) - x;
    char *name = timeline_object_label(svg->timeline, span->object);
    if (width < 24 || (size_t)(width - 10) / LETTER < strlen(name)) {
        free(name);
        return;
    }
    fprintf(svg->out, "<text class=\"for\" x=\"%.1f\" y=\"%.1f\">", x + 5, y + WAIT_Y + 8.5);
    svg_put_text(svg, name, 0);
    fputs("</text>\n", svg->out);
}

static void put_spans(const struct svg *svg, const struct lane *lane, bool object, double y)
{
    for (size_t i = 0; i < lane->count; i++) {
        const struct timeline_span *span = &svg->timeline->spans.at[lane->spans[i]];
        if (!is_seen(svg, span) || (span->what == TIMELINE_handler && object))
            continue;
        bool hold = is_hold(span);
        double top = object ? (hold ? HOLDER_Y : QUEUE_Y) : hold ? HOLD_Y : WAIT_Y;
        double height = object ? (hold ? HOLDER_H : QUEUE_H) : hold ? HOLD_H : WAIT_H;
        put_span(svg, lane->spans[i], y + top, height, lane->count <= TITLES);
        if (object && hold)
            put_holder(svg, span, y);
        if (!object && !hold && span->what != TIMELINE_handler)
            put_wanted(svg, span, y);
    }
}

/* --- a row of too many spans: what each pixel is for most of its time --- */

static const char *const state_classes[LANE_STATES] = {NULL, NULL, "hold", "shared", "acquire", "wait", "forever"};

static void put_run(const struct svg *svg, const struct lane_cell *cell, bool object, size_t from, size_t to, double y)
{
    bool hold = cell->state == LANE_holds || cell->state == LANE_shared;
    double x = svg->left + (double)from, end = svg->left + (double)to;
    if (state_classes[cell->state]) {
        put_box(svg, state_classes[cell->state], x, end, y + (object ? (hold ? HOLDER_Y : QUEUE_Y) : hold ? HOLD_Y : WAIT_Y),
                object ? (hold ? HOLDER_H : QUEUE_H) : hold ? HOLD_H : WAIT_H);
        fputs("/>\n", svg->out);
    }
    if (object && hold && cell->contended) {
        put_box(svg, "acquire", x, end, y + QUEUE_Y, QUEUE_H);
        fputs("/>\n", svg->out);
    }
}

static void put_pixels(const struct svg *svg, const struct lane *lane, bool object, double y)
{
    size_t count = (size_t)svg->width, from = 0;
    struct lane_cell *cells = lane_cells(&svg->lanes, lane, object, svg->timeline->from_ns, svg->timeline->to_ns, count);
    for (size_t i = 1; i <= count; i++)
        if (i == count || cells[i].state != cells[from].state || cells[i].contended != cells[from].contended) {
            put_run(svg, &cells[from], object, from, i, y);
            from = i;
        }
    free(cells);
}

/* --- rows --- */

static size_t seen(const struct svg *svg, const struct lane *lane)
{
    size_t count = 0;
    for (size_t i = 0; i < lane->count; i++)
        count += is_seen(svg, &svg->timeline->spans.at[lane->spans[i]]);
    return count;
}

static void put_row(const struct svg *svg, const struct lane *lane, bool object, double y)
{
    char *name = object ? timeline_object_row_name(svg->timeline, lane->place) : timeline_row_name(svg->timeline, lane->place);
    fprintf(svg->out, "<text class=\"n%s\" x=\"%.1f\" y=\"%.1f\">", object ? " s" : "", svg->left - SVG_MARGIN, y + 15);
    svg_put_text(svg, name, 32);
    fputs("</text>\n", svg->out);
    if (seen(svg, lane) > EXACT)
        put_pixels(svg, lane, object, y);
    else
        put_spans(svg, lane, object, y);
}

double svg_put_rows(struct svg *svg, double y)
{
    for (size_t i = 0; i < svg->lanes.thread_count; i++, y += SVG_ROW) {
        const struct lane *lane = &svg->lanes.threads[i];
        const struct timeline_thread *thread = &svg->timeline->threads.at[lane->place];
        svg->thread_middles[lane->place] = y + WAIT_Y + WAIT_H / 2.0;
        put_box(svg, "life", svg_x(svg, thread->begin_ns), svg_x(svg, thread->end_ns), y + LIFE_Y, LIFE_H);
        fputs("/>\n", svg->out);
        put_row(svg, lane, false, y);
    }
    y += SVG_GAP;
    for (size_t i = 0; i < svg->lanes.object_count; i++, y += SVG_ROW)
        put_row(svg, &svg->lanes.objects[i], true, y);
    return y;
}

/* --- over the rows --- */

void svg_put_arrows(const struct svg *svg)
{
    size_t count;
    uint32_t *waits = longest_waits(svg->timeline, ARROWS, &count);
    for (size_t i = 0; i < count; i++) {
        const struct timeline_arrow *arrow = wait_arrow(svg->timeline, waits[i]);
        if (!arrow)
            continue;
        const struct timeline_span *span = &svg->timeline->spans.at[waits[i]];
        double from = svg->thread_middles[arrow->from], to = svg->thread_middles[span->thread];
        bool inside = arrow->time_ns >= svg->timeline->from_ns && span->end_ns <= svg->timeline->to_ns;
        if (!inside || from <= 0 || to <= 0)
            continue;
        double x = svg_x(svg, arrow->time_ns), end = svg_x(svg, span->end_ns);
        fprintf(svg->out, "<path class=\"arrow\" marker-end=\"url(#head)\" d=\"M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f\"/>\n", x, from,
                x + 2, (from + to) / 2, end - 2, (from + to) / 2, end, to + (from < to ? -WAIT_H / 2.0 : WAIT_H / 2.0));
    }
    free(waits);
}

size_t svg_put_pins(const struct svg *svg)
{
    size_t count;
    struct pin *pins = pins_make(svg->timeline, svg->view->report, &count);
    for (size_t i = 0; i < count; i++) {
        double middle = svg->thread_middles[pins[i].thread];
        if (middle <= 0)
            continue;
        fprintf(svg->out, "<g class=\"pin%s\" transform=\"translate(%.1f %.1f)\"><title>", strcmp(pins[i].certainty, "happened") == 0 ? " sure" : "",
                svg_x(svg, pins[i].time_ns), middle - WAIT_H / 2.0 - WAIT_Y);
        svg_put_text(svg, memory_format("%s (%s): %s", pins[i].word, pins[i].certainty, pins[i].message), 0);
        fprintf(svg->out, "</title>%s</g>\n", SVG_PIN);
    }
    free(pins);
    return count;
}

static double middle_of(const struct svg *svg, const struct contention_step *step)
{
    uint32_t thread = timeline_find_thread(svg->timeline, step->pid, step->tid);
    return thread == TIMELINE_NONE ? 0 : svg->thread_middles[thread];
}

/* What is too short to be seen is left out, so that a long run's path stays a picture. */
void svg_put_path(const struct svg *svg)
{
    bool begun = false;
    fputs("<path class=\"path\" d=\"", svg->out);
    for (size_t i = 0; i < svg->view->path->step_count; i++) {
        const struct contention_step *step = &svg->view->path->steps[i];
        double x = svg_x(svg, step->begin_ns), end = svg_x(svg, step->end_ns), middle = middle_of(svg, step);
        bool inside = step->end_ns > svg->timeline->from_ns && step->begin_ns < svg->timeline->to_ns;
        if (!inside || middle <= 0 || (end - x < 0.3 && begun))
            continue;
        fprintf(svg->out, "%c%.1f %.1fL%.1f %.1f", begun ? 'L' : 'M', x, middle, end, middle);
        begun = true;
    }
    fputs("\"/>\n", svg->out);
}
