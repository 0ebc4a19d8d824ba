/* SPDX-License-Identifier: MIT */
/* The screen of the interactive timeline, by ncurses. */
#include "config.h"
#include "cmd/timeline-screen.h"

#include <curses.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include "cmd/timeline-screen-inner.h"
#include "render/axis.h"
#include "render/longest.h"
#include "render/paper.h"
#include "base/memory.h"

enum { NAME_MOST = 24, HEAD = 2, FOOT = 4, ROWS = 2000, PAIR_label = LANE_STATES, PAIR_happened };

static const char *const help_lines[] = {
    "w s  + -    zoom in and out",        "left right  move the cursor",          "a d         move in time",
    "up down     another row",            "n p         next, previous wait",      "[ ]         who ended it; whom this one let go on",
    "!           next finding",           "/           search a row",             "0           all of it",
    "q           end",
};

/* As thrum timeline --format text has them; the number is of a colour among 256, the other among 8. */
static const struct { const char *glyph; short colour, plain; } looks[LANE_STATES] = {
    [LANE_nothing] = {" ", -1, -1}, [LANE_runs] = {"─", 244, COLOR_WHITE}, [LANE_holds] = {"█", 36, COLOR_GREEN},
    [LANE_shared] = {"▓", 79, COLOR_GREEN}, [LANE_acquires] = {"░", 214, COLOR_YELLOW}, [LANE_waits] = {"┄", 75, COLOR_CYAN},
    [LANE_forever] = {"×", 202, COLOR_RED},
};

/* --- rows --- */

/* What stands for a thread, as in text: a letter for each of the first rows. */
static char letter_of(const struct screen *screen, uint32_t thread)
{
    for (size_t i = 0; i < screen->lanes.thread_count && i < 26; i++)
        if (screen->lanes.threads[i].place == thread)
            return (char)('a' + i);
    return '#';
}

static void put_cell(const struct screen *screen, const struct lane_cell *cell, bool object, bool cursor)
{
    attr_t attributes = COLOR_PAIR(cell->state + 1) | (cursor ? A_REVERSE : 0) | (object && cell->contended ? A_BOLD | A_UNDERLINE : 0);
    const char *glyph = cell->handler ? "▲" : looks[cell->state].glyph;
    bool held = object && cell->thread != TIMELINE_NONE;
    char letter[] = {held ? letter_of(screen, cell->thread) : ' ', '\0'};
    if (held && cell->contended && *letter != '#')
        *letter = (char)(*letter - 'a' + 'A');
    attron(attributes);
    addstr(held ? letter : glyph);
    attroff(attributes);
}

static void put_pin(bool cursor)
{
    attr_t attributes = A_BOLD | COLOR_PAIR(PAIR_happened + 1) | (cursor ? A_REVERSE : 0);
    attron(attributes);
    addstr("!");
    attroff(attributes);
}

static void put_row(const struct screen *screen, size_t row, int y)
{
    bool object = screen_is_object(screen, row), here = row == screen->row;
    struct lane_cell *cells = lane_cells(&screen->lanes, screen_lane(screen, row), object, screen->from_ns, screen->to_ns, screen->width);
    char *name = screen_row_name(screen, row), *clean = clean_text(name);
    size_t cursor = (size_t)((double)(screen->at_ns - screen->from_ns) / (double)(screen->to_ns - screen->from_ns) * (double)screen->width);
    attr_t look = (here ? A_REVERSE : 0) | (object ? A_NORMAL : A_BOLD);
    attron(look);
    mvprintw(y, 0, "%c ", object ? ' ' : letter_of(screen, screen_lane(screen, row)->place));
    mvaddnstr(y, 2, clean, (int)screen->name_width - 2);
    attroff(look);
    bool *pinned = pins_columns(screen->pins, object ? 0 : screen->pin_count, screen_lane(screen, row)->place, screen->from_ns, screen->to_ns, screen->width);
    move(y, (int)screen->name_width + 1);
    for (size_t i = 0; i < screen->width; i++)
        if (pinned[i])
            put_pin(here && i == cursor);
        else
            put_cell(screen, &cells[i], object, here && i == cursor);
    free(pinned);
    free(clean);
    free(name);
    free(cells);
}

static void put_axis(const struct screen *screen)
{
    int64_t from = screen->from_ns - screen->timeline->begin_ns, length = screen->to_ns - screen->from_ns;
    int64_t step = axis_step(length > 0 ? length : 1, (unsigned)(screen->width / 14));
    char buffer[32];
    for (int64_t tick = (from + step - 1) / step * step; tick <= from + length; tick += step) {
        size_t column = (size_t)((double)(tick - from) / (double)length * (double)screen->width);
        if (column + 12 < screen->width)
            mvprintw(1, (int)(screen->name_width + 1 + column), "╷%s", axis_label(buffer, tick, step));
    }
}

/* --- what is told of the place --- */

/* "Plato held forks[1], taken in eat (dining.c:37)" */
static char *hold_sentence(const struct timeline *timeline, const struct timeline_span *span)
{
    char *thread = timeline_thread_name(timeline, span->thread), *object = timeline_object_label(timeline, span->object);
    char *text = memory_format(span->what == TIMELINE_handler ? "%s ran a handler of %s, %s" : "%s held %s, taken in %s", thread, object,
                               timeline->frames.at[span->site]);
    free(thread);
    free(object);
    return text;
}

static void put_story(const struct screen *screen, int y)
{
    char when[32], length[32];
    uint32_t place = screen_span(screen);
    mvprintw(y, 0, "at %s", format_moment(when, screen->at_ns - screen->timeline->begin_ns));
    if (place == TIMELINE_NONE)
        return;
    const struct timeline_span *span = &screen->timeline->spans.at[place];
    bool wait = span->what == TIMELINE_acquire || span->what == TIMELINE_wait;
    char *sentence = wait ? wait_sentence(screen->timeline, place, wait_arrow(screen->timeline, place)) : hold_sentence(screen->timeline, span);
    char *clean = clean_text(sentence);
    printw(": %s from %s", format_duration(length, span->end_ns - span->begin_ns), format_moment(when, span->begin_ns - screen->timeline->begin_ns));
    attron(A_BOLD);
    mvaddnstr(y + 1, 0, clean, 2 * COLS - 1); /* two lines where it is long */
    attroff(A_BOLD);
    free(clean);
    free(sentence);
}

/* What was found where the cursor is. */
static void put_finding(const struct screen *screen, int y)
{
    int64_t cell = (screen->to_ns - screen->from_ns) / (int64_t)screen->width;
    for (size_t i = 0; i < screen->pin_count && !screen_is_object(screen, screen->row); i++) {
        const struct pin *pin = &screen->pins[i];
        if (pin->thread != screen_lane(screen, screen->row)->place || pin->time_ns < screen->at_ns - cell || pin->time_ns > screen->at_ns + cell)
            continue;
        char *message = clean_text(pin->message);
        attron(A_BOLD | COLOR_PAIR(PAIR_happened + 1));
        mvprintw(y, 0, "! %s (%s): ", pin->word, pin->certainty);
        addnstr(message, COLS - getcurx(stdscr) - 1);
        attroff(A_BOLD | COLOR_PAIR(PAIR_happened + 1));
        free(message);
        return;
    }
}

static void put_head(const struct screen *screen)
{
    char length[32], *name = timeline_title(screen->timeline);
    char *clean = clean_text(name);
    attron(A_BOLD | COLOR_PAIR(PAIR_label + 1));
    mvprintw(0, 0, "%s: %s", clean, format_duration(length, screen->to_ns - screen->from_ns));
    printw(" of %s", format_duration(length, screen->timeline->to_ns - screen->timeline->from_ns));
    attroff(A_BOLD | COLOR_PAIR(PAIR_label + 1));
    for (size_t i = 0; i < screen->report->findings->count; i++) {
        const struct finding *finding = &screen->report->findings->at[i];
        if (!report_shows(screen->report, finding))
            continue;
        char *message = clean_text(finding->message);
        attron(A_BOLD | COLOR_PAIR(PAIR_happened + 1));
        printw("   %s: ", finding_certainty_word(finding->certainty));
        addnstr(message, COLS > getcurx(stdscr) ? COLS - getcurx(stdscr) - 1 : 0);
        attroff(A_BOLD | COLOR_PAIR(PAIR_happened + 1));
        free(message);
        break;
    }
    free(clean);
    free(name);
}

/* --- the whole --- */

static void measure(struct screen *screen)
{
    size_t columns = COLS > 40 ? (size_t)COLS : 40;
    screen->name_width = 8;
    for (size_t row = 0; row < screen_row_count(screen); row++) {
        char *name = screen_row_name(screen, row);
        size_t width = paper_width(name) + 2;
        screen->name_width = width > screen->name_width ? width : screen->name_width;
        free(name);
    }
    if (screen->name_width > NAME_MOST)
        screen->name_width = NAME_MOST;
    screen->width = columns - screen->name_width - 2;
    screen->rows = LINES > HEAD + FOOT + 1 ? (size_t)(LINES - HEAD - FOOT) : 1;
}

static void draw(struct screen *screen)
{
    measure(screen);
    if (screen->row < screen->top)
        screen->top = screen->row;
    if (screen->row >= screen->top + screen->rows)
        screen->top = screen->row - screen->rows + 1;
    erase();
    put_head(screen);
    put_axis(screen);
    for (size_t i = 0; i < screen->rows && screen->top + i < screen_row_count(screen); i++)
        put_row(screen, screen->top + i, HEAD + (int)i);
    put_story(screen, LINES - FOOT);
    put_finding(screen, LINES - FOOT + 2);
    for (size_t i = 0; screen->help && i < sizeof help_lines / sizeof *help_lines; i++)
        mvprintw(HEAD + (int)i, COLS > 58 ? COLS - 58 : 0, " %-54s ", help_lines[i]);
    attron(A_REVERSE);
    mvprintw(LINES - 1, 0, " %-*.*s", COLS - 2, COLS - 2, screen->message ? screen->message : "w s zoom  arrows move  n p waits  [ ] follow  ! findings  / search  0 all  ? help  q end");
    attroff(A_REVERSE);
    refresh();
}

static void ask_search(struct screen *screen)
{
    move(LINES - 1, 0);
    clrtoeol();
    addstr("search: ");
    echo();
    curs_set(1);
    getnstr(screen->search, sizeof screen->search - 1);
    curs_set(0);
    noecho();
    screen_search(screen);
}

static void begin_screen(void)
{
    setlocale(LC_ALL, "");
    initscr();
    cbreak();
    noecho();
    curs_set(0);
    keypad(stdscr, true);
    set_escdelay(25);
    start_color();
    use_default_colors();
    for (short i = 0; i < LANE_STATES; i++)
        init_pair((short)(i + 1), COLORS >= 256 ? looks[i].colour : looks[i].plain, -1);
    init_pair(PAIR_label + 1, COLOR_BLUE, -1);
    init_pair(PAIR_happened + 1, COLOR_RED, -1);
}

void timeline_screen(const struct timeline_view *view)
{
    struct screen screen = {.timeline = view->timeline, .report = view->report, .from_ns = view->timeline->from_ns,
                            .to_ns = view->timeline->to_ns > view->timeline->from_ns ? view->timeline->to_ns : view->timeline->from_ns + 1,
                            .at_ns = view->timeline->from_ns};
    lanes_make(&screen.lanes, view->timeline, view->threads ? view->threads : ROWS, view->locks ? view->locks : ROWS);
    screen.pins = pins_make(view->timeline, view->report, &screen.pin_count);
    begin_screen();
    for (int key = 0; key != 'q' && key != 'Q' && key != 27;) {
        draw(&screen);
        key = getch();
        if (key == '/')
            ask_search(&screen);
        else if (key == '?')
            screen.help = !screen.help;
        else if (key == 'L' - '@')
            clearok(stdscr, true);
        else
            screen_press(&screen, key);
    }
    endwin();
    lanes_free(&screen.lanes);
    free(screen.pins);
}
