/* SPDX-License-Identifier: MIT */
/* What threads did with their time: a row each. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include "render/contention-inner.h"
#include "base/memory.h"

static int64_t waited(const struct contention_row *row)
{
    int64_t sum = 0;
    for (int i = 0; i < REASON_COUNT; i++)
        sum += row->waited_ns[i];
    return sum;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

enum { THREAD_CELLS = REASON_COUNT + 3 };

/* Life, running, then each reason, holding; -1 for what isn't to be shown. */
static void thread_cells(const struct contention_row *row, int64_t cells[THREAD_CELLS])
{
    cells[0] = row->life_ns;
    cells[1] = row->life_ns - waited(row);
    for (int i = 0; i < REASON_COUNT; i++)
        cells[2 + i] = row->waited_ns[i];
    cells[2 + REASON_COUNT] = row->holding_ns;
}

static const char *thread_head(int index)
{
    static const char *const others[] = {"life", "running", "holding"};
    if (index >= 2 && index < 2 + REASON_COUNT)
        return contention_reason_word((enum contention_reason)(index - 2));
    return others[index < 2 ? index : 2];
}

struct thread_table {
    const struct paper *paper;
    const struct contention_row **rows;
    size_t count, all, name_width;
    size_t widths[THREAD_CELLS]; /* 0: nothing in it, not shown */
};

static void measure(struct thread_table *table)
{
    int64_t cells[THREAD_CELLS];
    char buffer[32];
    for (size_t i = 0; i < table->count; i++) {
        table->name_width = larger(table->name_width, paper_width(table->rows[i]->name));
        thread_cells(table->rows[i], cells);
        for (int c = 0; c < THREAD_CELLS; c++)
            if (cells[c] > 0 || c < 2)
                table->widths[c] = larger(larger(table->widths[c], strlen(thread_head(c))),
                                          strlen(contention_duration(buffer, (double)cells[c])));
    }
}

static void put_cell(const struct thread_table *table, int index, enum ink ink, const char *text)
{
    if (!table->widths[index])
        return;
    fputs("  ", table->paper->out);
    contention_put_right(table->paper, ink, text, table->widths[index]);
}

void contention_put_threads(const struct paper *paper, const struct contention_view *view)
{
    struct thread_table table = {.paper = paper, .name_width = strlen("thread")};
    int64_t cells[THREAD_CELLS];
    char buffer[32];
    table.rows = contention_sorted(view, CONTENTION_threads, &table.count, &table.all);
    measure(&table);
    fputc('\n', paper->out);
    paper_put_padded(paper, INK_label, "thread", table.name_width);
    for (int c = 0; c < THREAD_CELLS; c++)
        put_cell(&table, c, INK_label, thread_head(c));
    fputc('\n', paper->out);
    for (size_t i = 0; i < table.count; i++) {
        thread_cells(table.rows[i], cells);
        paper_put_padded(paper, INK_thread, table.rows[i]->name, table.name_width);
        for (int c = 0; c < THREAD_CELLS; c++)
            put_cell(&table, c, cells[c] > 0 ? INK_plain : INK_aside,
                     cells[c] > 0 ? contention_duration(buffer, (double)cells[c]) : "-");
        fputc('\n', paper->out);
    }
    contention_put_more(paper, table.count, table.all);
    free(table.rows);
}
