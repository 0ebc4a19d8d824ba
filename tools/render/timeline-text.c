/* SPDX-License-Identifier: MIT */
/* A timeline as text: a row for each thread and lock, and the longest waits in words. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "render/axis.h"
#include "render/lanes.h"
#include "render/longest.h"
#include "render/paper.h"
#include "render/pins.h"
#include "render/timeline.h"
#include "base/memory.h"

enum { NAME_LEAST = 8, NAME_MOST = 30, PLOT_LEAST = 20, WIDTH = 100, THREADS = 40, LOCKS = 16, WAITS = 8, LETTERS = 26, FINDING_COLOUR = 202 };

/* How each state of a thread looks: a character, and its colour as terminals number them. */
struct look {
    const char *glyph;
    int colour;
    const char *meaning;
};

static const struct look looks[LANE_STATES] = {
    [LANE_nothing] = {" ", 0, NULL},
    [LANE_runs] = {"─", 244, "runs"},
    [LANE_holds] = {"█", 36, "holds a lock"},
    [LANE_shared] = {"█", 79, NULL},
    [LANE_acquires] = {"░", 214, "waits for a lock"},
    [LANE_waits] = {"┄", 75, "waits for another thread"},
    [LANE_forever] = {"×", 202, "deadlock"},
};

/* Colours of the letters that stand for threads, so that neighbours differ. */
static const int letter_colours[] = {75, 214, 79, 175, 227, 203, 117, 180};

struct text {
    struct paper paper;
    const struct timeline *timeline;
    struct lanes lanes;
    size_t name_width, width; /* of the names, and of the picture beside them */
    char *letters;            /* of all threads; ' ': it has no row */
    struct pin *pins; /* findings */
    size_t pin_count;
    bool used[LANE_STATES];
    int look; /* of what was written last */
};

/* What is written in one look needs one sequence of control characters, and end_colour() after it. */
static void put_coloured(struct text *text, int colour, bool strong, const char *glyph)
{
    int look = colour << 1 | strong;
    if (text->paper.colour && look != text->look) {
        if (text->look)
            fputs("\033[0m", text->paper.out);
        if (look)
            fprintf(text->paper.out, "\033[%s38;5;%dm", strong ? "1;4;" : "", colour);
        text->look = look;
    }
    fputs(glyph, text->paper.out);
}

static void end_colour(struct text *text)
{
    if (text->paper.colour && text->look)
        fputs("\033[0m", text->paper.out);
    text->look = 0;
}

/* --- measures --- */

static size_t terminal_width(FILE *out)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col)
        return size.ws_col;
    return columns && atoi(columns) > 0 ? (size_t)atoi(columns) : WIDTH;
}

static size_t width_of(char *name)
{
    char *clean = clean_text(name);
    size_t width = paper_width(clean);
    free(clean);
    free(name);
    return width;
}

static void measure(struct text *text, size_t width)
{
    size_t widest = NAME_LEAST;
    for (size_t i = 0; i < text->lanes.thread_count; i++) {
        size_t needed = 2 + width_of(timeline_row_name(text->timeline, text->lanes.threads[i].place));
        widest = needed > widest ? needed : widest;
    }
    for (size_t i = 0; i < text->lanes.object_count; i++) {
        size_t needed = width_of(timeline_object_row_name(text->timeline, text->lanes.objects[i].place));
        widest = needed > widest ? needed : widest;
    }
    text->name_width = widest < NAME_MOST ? widest : NAME_MOST;
    text->width = width > text->name_width + 2 + PLOT_LEAST ? width - text->name_width - 2 : PLOT_LEAST;
}

static void give_letters(struct text *text)
{
    text->letters = memory_new(text->timeline->threads.count + 1, 1);
    memset(text->letters, ' ', text->timeline->threads.count);
    for (size_t i = 0; i < text->lanes.thread_count; i++)
        text->letters[text->lanes.threads[i].place] = i < LETTERS ? (char)('a' + i) : '*';
}

/* --- rows --- */

/* A name in the column of names; what is too long loses its end. */
static void put_name(const struct text *text, enum ink ink, const char *name, size_t width)
{
    char *clean = clean_text(name), *at = clean;
    for (size_t shown = 0; *at && (shown < width || (*at & 0xc0) == 0x80); at++)
        shown += (at[1] & 0xc0) != 0x80;
    bool cut = *at;
    *at = '\0';
    if (cut && width > 1) {
        do
            at--;
        while (at > clean && (*at & 0xc0) == 0x80);
        *at = '\0';
    }
    paper_put_padded(&text->paper, ink, clean, cut ? width - 1 : width);
    fputs(cut ? "…  " : "  ", text->paper.out);
    free(clean);
}

static void put_axis(const struct text *text)
{
    int64_t from = text->timeline->from_ns - text->timeline->begin_ns, length = text->timeline->to_ns - text->timeline->from_ns;
    int64_t step = axis_step(length > 0 ? length : 1, (unsigned)(text->width / 12));
    size_t at = 0;
    fprintf(text->paper.out, "%*s", (int)text->name_width + 2, "");
    for (int64_t tick = (from + step - 1) / step * step; tick <= from + length; tick += step) {
        char buffer[32];
        size_t column = (size_t)((double)(tick - from) / (double)(length > 0 ? length : 1) * (double)text->width);
        char *label = memory_format("╷%s", axis_label(buffer, tick, step));
        if (column >= at && column + paper_width(label) <= text->width) {
            fprintf(text->paper.out, "%*s", (int)(column - at), "");
            paper_put(&text->paper, INK_aside, label);
            at = column + paper_width(label);
        }
        free(label);
    }
    fputc('\n', text->paper.out);
}

static struct lane_cell *cells_of(const struct text *text, const struct lane *lane, bool object)
{
    return lane_cells(&text->lanes, lane, object, text->timeline->from_ns, text->timeline->to_ns, text->width);
}

/* Columns up to the last that has anything. */
static size_t filled(const struct lane_cell *cells, size_t width)
{
    while (width && cells[width - 1].state == LANE_nothing)
        width--;
    return width;
}

static void put_thread(struct text *text, const struct lane *lane)
{
    char *name = timeline_row_name(text->timeline, lane->place), letter[] = {text->letters[lane->place], ' ', '\0'};
    struct lane_cell *cells = cells_of(text, lane, false);
    bool *pinned = pins_columns(text->pins, text->pin_count, lane->place, text->timeline->from_ns, text->timeline->to_ns, text->width);
    put_coloured(text, letter_colours[(size_t)(lane - text->lanes.threads) % 8], false, letter);
    end_colour(text);
    put_name(text, INK_thread, name, text->name_width - 2);
    for (size_t i = 0, end = filled(cells, text->width); i < end; i++) {
        text->used[cells[i].state] |= !pinned[i];
        if (pinned[i])
            put_coloured(text, FINDING_COLOUR, true, "!");
        else
            put_coloured(text, looks[cells[i].state].colour, false, cells[i].handler ? "▲" : looks[cells[i].state].glyph);
    }
    end_colour(text);
    fputc('\n', text->paper.out);
    free(pinned);
    free(cells);
    free(name);
}

/* "aaaAAAbb": who has it, in capitals while others wait for it; "?": somebody waits, and nobody of these has it. */
static void put_object_cell(struct text *text, const struct lane_cell *cell)
{
    char letter[] = {' ', '\0'};
    if (cell->thread != TIMELINE_NONE)
        letter[0] = text->letters[cell->thread];
    if (cell->thread != TIMELINE_NONE && letter[0] == ' ')
        letter[0] = '*';
    if (cell->thread == TIMELINE_NONE && cell->contended) {
        put_coloured(text, looks[cell->state].colour, false, looks[cell->state].glyph);
        return;
    }
    int colour = letter[0] >= 'a' && letter[0] <= 'z' ? letter_colours[(letter[0] - 'a') % 8] : 250;
    if (cell->contended && letter[0] >= 'a' && letter[0] <= 'z')
        letter[0] = (char)(letter[0] - 'a' + 'A');
    put_coloured(text, letter[0] == ' ' ? 0 : colour, cell->contended, letter);
}

static void put_object(struct text *text, const struct lane *lane)
{
    char *name = timeline_object_row_name(text->timeline, lane->place);
    struct lane_cell *cells = cells_of(text, lane, true);
    put_name(text, INK_object, name, text->name_width);
    for (size_t i = 0, end = filled(cells, text->width); i < end; i++)
        put_object_cell(text, &cells[i]);
    end_colour(text);
    fputc('\n', text->paper.out);
    free(cells);
    free(name);
}

/* --- around them --- */

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void put_head(const struct text *text, const struct report *report)
{
    char length[32], *name = timeline_title(text->timeline);
    char *losses = report_losses(report);
    size_t threads = text->timeline->threads.count;
    if (*losses) {
        paper_put(&text->paper, INK_warning, "incomplete trace");
        fputs(": ", text->paper.out);
        paper_paragraph(&text->paper, INK_plain, losses, strlen("incomplete trace: "), 4);
    }
    paper_put(&text->paper, INK_label, name);
    fprintf(text->paper.out, ": %s, %zu thread%s\n\n", format_duration(length, text->timeline->to_ns - text->timeline->from_ns), threads, plural(threads));
    free(losses);
    free(name);
}

static void put_left_out(const struct text *text, size_t count, const char *what, const char *option)
{
    if (!count)
        return;
    char *line = memory_format("%zu more %s%s that waited less (%s)", count, what, plural(count), option);
    paper_put(&text->paper, INK_aside, line);
    fputc('\n', text->paper.out);
    free(line);
}

/* "█ holds a lock   ", on a new line where it would be too long for this one, which is `*at` columns long. */
static void put_item(struct text *text, size_t *at, int colour, const char *glyph, const char *meaning)
{
    size_t needed = paper_width(glyph) + 1 + paper_width(meaning);
    bool first = *at == 0, fits = *at + 3 + needed <= text->name_width + 2 + text->width;
    fputs(first ? "" : fits ? "   " : "\n", text->paper.out);
    put_coloured(text, colour, false, glyph);
    end_colour(text);
    fprintf(text->paper.out, " %s", meaning);
    *at = first || !fits ? needed : *at + 3 + needed;
}

static void put_legend(struct text *text)
{
    size_t at = 0;
    fputc('\n', text->paper.out);
    for (int i = 0; i < LANE_STATES; i++)
        if (text->used[i] && looks[i].meaning)
            put_item(text, &at, looks[i].colour, looks[i].glyph, looks[i].meaning);
    if (text->pin_count)
        put_item(text, &at, FINDING_COLOUR, "!", "a finding");
    if (text->lanes.object_count)
        put_item(text, &at, 0, "a A", "the thread that has it; a capital while others wait");
    fputc('\n', text->paper.out);
}

static void put_waits(const struct text *text)
{
    size_t count;
    uint32_t *waits = longest_waits(text->timeline, WAITS, &count);
    for (size_t i = 0; i < count; i++) {
        const struct timeline_span *span = &text->timeline->spans.at[waits[i]];
        char length[32], when[32], *sentence = wait_sentence(text->timeline, waits[i], wait_arrow(text->timeline, waits[i]));
        if (i == 0) {
            fputc('\n', text->paper.out);
            paper_put(&text->paper, INK_label, "longest waits");
            fputc('\n', text->paper.out);
        }
        char *head = memory_format("%10s  at %-10s ", format_duration(length, span->end_ns - span->begin_ns), format_moment(when, span->begin_ns - text->timeline->begin_ns));
        paper_put(&text->paper, span->flags & TIMELINE_FOREVER ? INK_happened : INK_plain, head);
        paper_paragraph(&text->paper, INK_plain, sentence, paper_width(head), 12);
        free(head);
        free(sentence);
    }
    free(waits);
}

static void put_nothing(const struct text *text)
{
    const char *nothing = timeline_nothing(text->timeline);
    if (nothing)
        fprintf(text->paper.out, "%s(%s)\n", text->lanes.thread_count ? "\n" : "", nothing);
}

static void put_findings(const struct text *text, const struct report *report)
{
    bool first = true;
    for (size_t i = 0; i < report->findings->count; i++) {
        const struct finding *finding = &report->findings->at[i];
        if (!report_shows(report, finding))
            continue;
        fputs(first ? "\n" : "", text->paper.out);
        first = false;
        paper_put(&text->paper, finding->certainty == CERTAINTY_happened ? INK_happened : INK_potential, finding_certainty_word(finding->certainty));
        fputs(": ", text->paper.out);
        paper_paragraph(&text->paper, INK_plain, finding->message, strlen(finding_certainty_word(finding->certainty)) + 2, 4);
    }
}

/* What the checker in the process told of, and the analyses of the trace don't. */
static void put_told(const struct text *text)
{
    for (size_t i = 0; i < text->pin_count; i++) {
        const struct pin *pin = &text->pins[i];
        if (pin->told == TIMELINE_NONE || pin->finding != TIMELINE_NONE)
            continue;
        char when[32], *thread = timeline_thread_name(text->timeline, pin->thread);
        char *line = memory_format("%s, told at %s in %s: %s", pin->word, format_moment(when, pin->time_ns - text->timeline->begin_ns), thread, pin->message);
        fputc('\n', text->paper.out);
        paper_put(&text->paper, strcmp(pin->certainty, "happened") == 0 ? INK_happened : INK_potential, pin->certainty);
        fputs(": ", text->paper.out);
        paper_paragraph(&text->paper, INK_plain, line, strlen(pin->certainty) + 2, 4);
        free(line);
        free(thread);
    }
}

static int write_text(const struct timeline_view *view, FILE *out)
{
    struct text text = {.paper = {.out = out, .colour = view->colour}, .timeline = view->timeline};
    lanes_make(&text.lanes, view->timeline, view->threads ? view->threads : THREADS, view->locks ? view->locks : LOCKS);
    measure(&text, view->width ? view->width : terminal_width(out));
    give_letters(&text);
    text.pins = pins_make(view->timeline, view->report, &text.pin_count);
    put_head(&text, view->report);
    if (text.lanes.thread_count)
        put_axis(&text);
    for (size_t i = 0; i < text.lanes.thread_count; i++)
        put_thread(&text, &text.lanes.threads[i]);
    put_left_out(&text, text.lanes.threads_left_out, "thread", "--threads");
    fputs(text.lanes.object_count ? "\n" : "", out);
    for (size_t i = 0; i < text.lanes.object_count; i++)
        put_object(&text, &text.lanes.objects[i]);
    put_left_out(&text, text.lanes.objects_left_out, "object", "--locks");
    if (text.lanes.thread_count)
        put_legend(&text);
    put_nothing(&text);
    put_waits(&text);
    put_findings(&text, view->report);
    put_told(&text);
    free(text.pins);
    lanes_free(&text.lanes);
    free(text.letters);
    return 0;
}

const struct timeline_ops timeline_text = {
    .name = "text",
    .extension = ".txt",
    .summary = "rows of characters, for a terminal",
    .noun = "text",
    .shown = true,
    .write = write_text,
};
