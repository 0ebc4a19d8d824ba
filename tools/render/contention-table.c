/* SPDX-License-Identifier: MIT */
/* Tables of locks and calls: a row each, columns as the view wants them. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include "render/contention-inner.h"
#include "base/memory.h"

enum { NAME_MIN = 10, NAME_MAX = 44 };

/* --- numbers --- */

/* Three digits that matter: "40.1 ms". */
const char *contention_duration(char buffer[32], double ns)
{
    static const char *const units[] = {"ns", "us", "ms", "s"};
    size_t unit = 0;
    if (ns >= 600e9)
        return format_duration(buffer, (int64_t)ns);
    while (unit < 3 && ns >= 999.5)
        ns /= 1000, unit++;
    snprintf(buffer, 32, "%.*f %s", unit == 0 || ns >= 99.95 ? 0 : ns >= 9.995 ? 1 : 2, ns, units[unit]);
    return buffer;
}

const char *contention_cell(char buffer[32], const struct column *column, double value)
{
    if (!(value > 0))
        return "-";
    switch (column->unit) {
    case UNIT_count:
        return format_count(buffer, (uint64_t)value);
    case UNIT_percent:
        snprintf(buffer, 32, value < 9.95 ? "%.1f" : "%.0f", value);
        return buffer;
    default:
        return contention_duration(buffer, value);
    }
}

void contention_put_right(const struct paper *paper, enum ink ink, const char *text, size_t width)
{
    for (size_t at = paper_width(text); at < width; at++)
        fputc(' ', paper->out);
    paper_put(paper, ink, text);
}

static void end_line(const struct paper *paper)
{
    fputc('\n', paper->out);
}

/* --- tables --- */

struct table {
    const struct paper *paper;
    const char *title;
    unsigned fields[CONTENTION_FIELDS_MAX];
    size_t field_count;
    const struct contention_row **rows;
    size_t count, all;
    size_t name_width, second_width;
    size_t widths[CONTENTION_FIELDS_MAX];
};

static const struct column *field(const struct table *table, size_t index)
{
    return &contention_columns[table->fields[index]];
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static bool is_empty(const struct table *table, unsigned which)
{
    for (size_t i = 0; i < table->count; i++)
        if (column_value(&contention_columns[which], table->rows[i]) > 0)
            return false;
    return true;
}

/* What was asked for; or else all that the table has anything of. */
static void choose_fields(struct table *table, const struct contention_view *view, enum contention_table which)
{
    const unsigned *fields = view->field_count ? view->fields : contention_default_fields[which];
    size_t count = view->field_count ? view->field_count : contention_default_field_counts[which];
    for (size_t i = 0; i < count; i++)
        if (view->field_count || !is_empty(table, fields[i]))
            table->fields[table->field_count++] = fields[i];
}

static void measure(struct table *table)
{
    char buffer[32];
    table->name_width = larger(NAME_MIN, strlen(table->title));
    for (size_t i = 0; i < table->count; i++) {
        table->name_width = larger(table->name_width, paper_width(table->rows[i]->name));
        table->second_width = larger(table->second_width, paper_width(table->rows[i]->kind));
    }
    if (table->name_width > NAME_MAX)
        table->name_width = NAME_MAX;
    for (size_t f = 0; f < table->field_count; f++) {
        table->widths[f] = strlen(field(table, f)->head);
        for (size_t i = 0; i < table->count; i++)
            table->widths[f] = larger(table->widths[f], strlen(contention_cell(buffer, field(table, f), column_value(field(table, f), table->rows[i]))));
    }
    /* What stands over several columns may be wider than them. */
    for (size_t f = 0; f < table->field_count; f++)
        table->widths[f] = larger(table->widths[f], strlen(field(table, f)->over));
}

static void put_bar(const struct table *table, size_t width)
{
    while (width--)
        paper_put(table->paper, INK_aside, "─");
}

/* What columns side by side have in common, in the middle over them, with lines to both sides. */
static void put_common(const struct table *table, const char *over, size_t width)
{
    if (!*over) {
        paper_put_padded(table->paper, INK_plain, "", width);
        return;
    }
    size_t spare = width - strlen(over), left = spare / 2, right = spare - left;
    if (left < 2) {
        paper_put_padded(table->paper, INK_label, over, width);
        return;
    }
    put_bar(table, left - 1);
    fputc(' ', table->paper->out);
    paper_put(table->paper, INK_label, over);
    fputc(' ', table->paper->out);
    put_bar(table, right - 1);
}

static void put_over(const struct table *table)
{
    paper_put_padded(table->paper, INK_label, "", table->name_width + 2 + table->second_width);
    for (size_t f = 0, next; f < table->field_count; f = next) {
        const char *over = field(table, f)->over;
        size_t width = table->widths[f];
        for (next = f + 1; *over && next < table->field_count && strcmp(field(table, next)->over, over) == 0; next++)
            width += 2 + table->widths[next];
        if (!*over && next == table->field_count)
            break;
        fputs("  ", table->paper->out);
        put_common(table, over, width);
    }
    end_line(table->paper);
}

static void put_head(const struct table *table)
{
    put_over(table);
    paper_put_padded(table->paper, INK_label, table->title, table->name_width + 2 + table->second_width);
    for (size_t f = 0; f < table->field_count; f++) {
        fputs("  ", table->paper->out);
        contention_put_right(table->paper, INK_label, field(table, f)->head, table->widths[f]);
    }
    end_line(table->paper);
}

static void put_cells(const struct table *table, const struct contention_row *row, int from, int to)
{
    char buffer[32];
    for (size_t f = 0; f < table->field_count; f++) {
        double value = field(table, f)->value(row, from, to);
        fputs("  ", table->paper->out);
        contention_put_right(table->paper, value > 0 ? INK_plain : INK_aside, contention_cell(buffer, field(table, f), value), table->widths[f]);
    }
    end_line(table->paper);
}

static void put_row(const struct table *table, const struct contention_row *row)
{
    size_t width = paper_width(row->name);
    paper_put_padded(table->paper, INK_object, row->name, table->name_width);
    if (width > table->name_width) { /* too long: the rest on a line of its own */
        end_line(table->paper);
        paper_put_padded(table->paper, INK_plain, "", table->name_width);
    }
    fputs("  ", table->paper->out);
    paper_put_padded(table->paper, INK_aside, row->kind, table->second_width);
    put_cells(table, row, 0, CONTENTION_MODES - 1);
    for (int mode = 0; mode < CONTENTION_MODES && contention_has_modes(row); mode++) {
        paper_put_padded(table->paper, INK_aside, mode == CONTENTION_shared ? "  readers" : "  writers",
                         table->name_width + 2 + table->second_width);
        put_cells(table, row, mode, mode);
    }
}

void contention_put_more(const struct paper *paper, size_t shown, size_t all)
{
    char number[32];
    if (shown == all)
        return;
    char *text = memory_format("%s more (-E 0 shows all)", format_count(number, all - shown));
    paper_put(paper, INK_aside, text);
    end_line(paper);
    free(text);
}

void contention_put_table(const struct paper *paper, const struct contention_view *view, enum contention_table which,
                      const char *title)
{
    struct table table = {.paper = paper, .title = title};
    table.rows = contention_sorted(view, which, &table.count, &table.all);
    choose_fields(&table, view, which);
    if (table.count) {
        end_line(paper);
        measure(&table);
        put_head(&table);
        for (size_t i = 0; i < table.count; i++)
            put_row(&table, table.rows[i]);
        contention_put_more(paper, table.count, table.all);
    }
    free(table.rows);
}
