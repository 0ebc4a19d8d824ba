/* SPDX-License-Identifier: MIT */
/* The screen of thrum top, by ncurses. */
#include "config.h"
#include "cmd/top-screen.h"

#include <curses.h>
#include <locale.h>
#include <stdlib.h>
#include <time.h>
#include "render/top.h"

/* A look may take this part of the time. */
enum { LOOK_PART = 5 };

struct screen {
    struct live *live;
    struct top_lines lines;
    enum top_order order;
    double delay_s;
    size_t top; /* first line that is seen */
    bool paused, help, over;
    char *trouble; /* of the last look */
};

static const char *const help_lines[] = {
    "q        end", "s        order of the locks", "p, space  hold on", "+ -      look less, more often",
    "up down  scroll", "?        this help",
};

/* --- drawing --- */

static attr_t look_of(enum ink ink)
{
    switch (ink) {
    case INK_label:
        return A_BOLD | COLOR_PAIR(1);
    case INK_thread:
        return A_BOLD;
    case INK_happened:
        return A_BOLD | COLOR_PAIR(2);
    case INK_warning:
        return COLOR_PAIR(3);
    case INK_aside:
        return A_DIM;
    default:
        return A_NORMAL;
    }
}

static void put_line(int row, attr_t look, const char *text)
{
    move(row, 0);
    clrtoeol();
    attron(look);
    addnstr(text, -1);
    attroff(look);
}

static void draw_foot(const struct screen *screen)
{
    attron(A_REVERSE);
    move(LINES - 1, 0);
    clrtoeol();
    printw(" q end  s order: %s  p %s  + - every %.3g s  ? help", top_order_words(screen->order), screen->paused ? "go on" : "hold on", screen->delay_s);
    for (int x = getcurx(stdscr); x < COLS - 1 && getcury(stdscr) == LINES - 1; x++)
        addch(' ');
    attroff(A_REVERSE);
}

static void draw(struct screen *screen)
{
    size_t rows = LINES > 1 ? (size_t)LINES - 1 : 1;
    struct top_view view = {.live = screen->live, .order = screen->order, .width = (size_t)COLS - 1, .locks = rows / 2 > 5 ? rows / 2 - 3 : 3};
    top_lines_make(&screen->lines, &view);
    if (screen->top + rows > screen->lines.count)
        screen->top = screen->lines.count > rows ? screen->lines.count - rows : 0;
    erase();
    for (size_t i = 0; i < rows && screen->top + i < screen->lines.count; i++) {
        const struct top_line *line = &screen->lines.at[screen->top + i];
        put_line((int)i, look_of(line->ink), line->text);
    }
    for (size_t i = 0; screen->help && i < sizeof help_lines / sizeof *help_lines && i + 3 < rows; i++)
        mvprintw((int)i + 2, COLS > 40 ? COLS - 40 : 0, " %-36s ", help_lines[i]);
    if (screen->trouble)
        put_line((int)rows - 1, A_BOLD | COLOR_PAIR(2), screen->trouble);
    draw_foot(screen);
    refresh();
}

/* --- keys --- */

static void press(struct screen *screen, int key)
{
    switch (key) {
    case 'q': case 'Q': case 27:
        screen->over = true;
        break;
    case 's':
        screen->order = (screen->order + 1) % TOP_ORDERS;
        break;
    case 'p': case ' ':
        screen->paused = !screen->paused;
        break;
    case '+':
        screen->delay_s *= 2;
        break;
    case '-':
        screen->delay_s = screen->delay_s > 0.2 ? screen->delay_s / 2 : 0.1;
        break;
    case '?': case 'h':
        screen->help = !screen->help;
        break;
    case 'L' - '@': /* as everywhere: draw all of it again */
        clearok(stdscr, true);
        break;
    case KEY_DOWN:
        screen->top++;
        break;
    case KEY_UP:
        screen->top -= screen->top > 0;
        break;
    default:
        break;
    }
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Takes keys until it is time for the next look. */
static void wait_for_keys(struct screen *screen)
{
    double delay = screen->live->look_s * LOOK_PART, began = now_s();
    while (!screen->over) {
        double wanted = delay > screen->delay_s ? delay : screen->delay_s, left = began + wanted - now_s();
        if (left <= 0 && !screen->paused)
            return;
        timeout(screen->paused ? 500 : (int)(left * 1000) + 1);
        int key = getch();
        if (key == ERR)
            continue;
        press(screen, key);
        draw(screen);
    }
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
    if (!has_colors())
        return;
    start_color();
    use_default_colors();
    init_pair(1, COLOR_BLUE, -1);
    init_pair(2, COLOR_RED, -1);
    init_pair(3, COLOR_YELLOW, -1);
}

void top_screen(struct live *live, double delay_s, unsigned long looks)
{
    struct screen screen = {.live = live, .delay_s = delay_s};
    begin_screen();
    for (unsigned long look = 1; !screen.over; look++) {
        draw(&screen);
        if (look == looks)
            break;
        wait_for_keys(&screen);
        free(screen.trouble);
        screen.trouble = NULL;
        if (!screen.over)
            live_look(live, &screen.trouble);
    }
    endwin();
    top_lines_free(&screen.lines);
    free(screen.trouble);
}
