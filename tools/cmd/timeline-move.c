/* SPDX-License-Identifier: MIT */
/* Moving about in the interactive timeline. */
#include "config.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>
#include "cmd/timeline-screen-inner.h"
#include "render/longest.h"

char *screen_row_name(const struct screen *screen, size_t row)
{
    uint32_t place = screen_lane(screen, row)->place;
    return screen_is_object(screen, row) ? timeline_object_row_name(screen->timeline, place) : timeline_row_name(screen->timeline, place);
}

static int64_t length_of(const struct screen *screen)
{
    return screen->to_ns > screen->from_ns ? screen->to_ns - screen->from_ns : 1;
}

static int64_t cell_ns(const struct screen *screen)
{
    int64_t cell = length_of(screen) / (int64_t)screen->width;
    return cell > 0 ? cell : 1;
}

static bool is_wait(const struct timeline_span *span)
{
    return span->what == TIMELINE_acquire || span->what == TIMELINE_wait;
}

/* Waits before holds, shorter before longer. */
static bool is_better(const struct timeline_span *one, const struct timeline_span *other)
{
    if (is_wait(one) != is_wait(other))
        return is_wait(one);
    return one->end_ns - one->begin_ns < other->end_ns - other->begin_ns;
}

uint32_t screen_span(const struct screen *screen)
{
    const struct lane *lane = screen_row_count(screen) ? screen_lane(screen, screen->row) : NULL;
    uint32_t best = TIMELINE_NONE;
    int64_t to_ns = screen->at_ns + cell_ns(screen) - 1;
    for (size_t i = 0; lane && i < lane->count; i++) {
        const struct timeline_span *span = &screen->timeline->spans.at[lane->spans[i]];
        if (span->begin_ns <= to_ns && span->end_ns >= screen->at_ns && (best == TIMELINE_NONE || is_better(span, &screen->timeline->spans.at[best])))
            best = lane->spans[i];
    }
    return best;
}

/* --- in time --- */

static void see(struct screen *screen, int64_t from_ns, int64_t length_ns)
{
    int64_t begin = screen->timeline->from_ns, whole = screen->timeline->to_ns - begin;
    int64_t least = (int64_t)screen->width;
    length_ns = length_ns > whole ? whole : length_ns < least ? least : length_ns;
    if (from_ns + length_ns > begin + whole)
        from_ns = begin + whole - length_ns;
    if (from_ns < begin)
        from_ns = begin;
    screen->from_ns = from_ns;
    screen->to_ns = from_ns + length_ns;
    if (screen->at_ns < screen->from_ns)
        screen->at_ns = screen->from_ns;
    if (screen->at_ns >= screen->to_ns)
        screen->at_ns = screen->to_ns - 1;
}

/* The place under the cursor stays where it is. */
static void zoom(struct screen *screen, double factor)
{
    double part = (double)(screen->at_ns - screen->from_ns) / (double)length_of(screen);
    int64_t length = (int64_t)((double)length_of(screen) * factor);
    see(screen, screen->at_ns - (int64_t)(part * (double)length), length);
}

static void step(struct screen *screen, int direction)
{
    screen->at_ns += direction * cell_ns(screen);
    if (screen->at_ns < screen->from_ns || screen->at_ns >= screen->to_ns)
        see(screen, screen->from_ns + direction * length_of(screen) / 4, length_of(screen));
}

/* Brings a time into sight, in the middle where it was out of it. */
static void go(struct screen *screen, int64_t time_ns)
{
    int64_t length = length_of(screen);
    screen->at_ns = time_ns;
    if (time_ns < screen->from_ns || time_ns >= screen->to_ns)
        see(screen, time_ns - length / 2, length);
    else
        see(screen, screen->from_ns, length);
}

/* --- from wait to wait --- */

static void next_wait(struct screen *screen, bool back)
{
    const struct lane *lane = screen_lane(screen, screen->row);
    const struct timeline_span *found = NULL;
    for (size_t i = 0; i < lane->count; i++) {
        const struct timeline_span *span = &screen->timeline->spans.at[lane->spans[i]];
        if (!is_wait(span) || (back ? span->begin_ns >= screen->at_ns : span->begin_ns <= screen->at_ns + cell_ns(screen) - 1))
            continue;
        if (!found || (back ? span->begin_ns > found->begin_ns : span->begin_ns < found->begin_ns))
            found = span;
    }
    if (found)
        go(screen, found->begin_ns);
    else
        screen->message = back ? "no wait before this in the row" : "no wait after this in the row";
}

static bool go_to_thread(struct screen *screen, uint32_t thread, int64_t time_ns)
{
    for (size_t i = 0; i < screen->lanes.thread_count; i++)
        if (screen->lanes.threads[i].place == thread) {
            screen->row = i;
            go(screen, time_ns);
            return true;
        }
    screen->message = "that thread has no row: see --threads";
    return false;
}

/* Back to who ended the wait. */
static void follow_back(struct screen *screen)
{
    uint32_t span = screen_span(screen);
    const struct timeline_arrow *arrow = span == TIMELINE_NONE ? NULL : wait_arrow(screen->timeline, span);
    if (arrow)
        go_to_thread(screen, arrow->from, arrow->time_ns);
    else
        screen->message = "no wait here that another thread ended";
}

/* On to the next wait that this thread ended. */
static void follow_on(struct screen *screen)
{
    const struct timeline_arrow *next = NULL;
    uint32_t thread = screen_lane(screen, screen->row)->place;
    for (size_t i = 0; !screen_is_object(screen, screen->row) && i < screen->timeline->arrows.count; i++) {
        const struct timeline_arrow *arrow = &screen->timeline->arrows.at[i];
        if (arrow->from == thread && arrow->time_ns >= screen->at_ns && (!next || arrow->time_ns < next->time_ns))
            next = arrow;
    }
    if (next)
        go_to_thread(screen, screen->timeline->spans.at[next->span].thread, screen->timeline->spans.at[next->span].end_ns);
    else
        screen->message = "this thread ends no wait after this";
}

/* The next in time; after the last the first. */
static void next_finding(struct screen *screen)
{
    if (!screen->pin_count) {
        screen->message = "nothing was found in what is drawn";
        return;
    }
    screen->pin = screen->pin % screen->pin_count + 1;
    go_to_thread(screen, screen->pins[screen->pin - 1].thread, screen->pins[screen->pin - 1].time_ns);
}

void screen_search(struct screen *screen)
{
    size_t count = screen_row_count(screen);
    for (size_t i = 1; *screen->search && i <= count; i++) {
        size_t row = (screen->row + i) % count;
        char *name = screen_row_name(screen, row);
        bool has = strcasestr(name, screen->search);
        free(name);
        if (has) {
            screen->row = row;
            return;
        }
    }
    screen->message = "no row has that in its name";
}

static bool press_in_time(struct screen *screen, int key)
{
    switch (key) {
    case KEY_LEFT: case 'h':
        step(screen, -1);
        return true;
    case KEY_RIGHT: case 'l':
        step(screen, 1);
        return true;
    case 'a':
        see(screen, screen->from_ns - length_of(screen) / 4, length_of(screen));
        return true;
    case 'd':
        see(screen, screen->from_ns + length_of(screen) / 4, length_of(screen));
        return true;
    case 'w': case '+':
        zoom(screen, 0.5);
        return true;
    case 's': case '-':
        zoom(screen, 2);
        return true;
    case '0': case 'f':
        see(screen, screen->timeline->from_ns, INT64_MAX);
        return true;
    default:
        return false;
    }
}

void screen_press(struct screen *screen, int key)
{
    size_t count = screen_row_count(screen);
    screen->message = NULL;
    if (press_in_time(screen, key) || !count)
        return;
    switch (key) {
    case KEY_UP: case 'k':
        screen->row -= screen->row > 0;
        break;
    case KEY_DOWN: case 'j':
        screen->row += screen->row + 1 < count;
        break;
    case 'n': case '\t':
        next_wait(screen, false);
        break;
    case 'p': case KEY_BTAB:
        next_wait(screen, true);
        break;
    case '!':
        next_finding(screen);
        break;
    case '[':
        follow_back(screen);
        break;
    case ']':
        follow_on(screen);
        break;
    default:
        break;
    }
}
