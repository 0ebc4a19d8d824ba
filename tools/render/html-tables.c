/* SPDX-License-Identifier: MIT */
/* The page's tables of spans, arrows and marks, as packed columns. */
#include "config.h"

#include <json-c/json.h>
#include "render/html-inner.h"
#include "render/pack.h"

/* The value of one row of a column. */
typedef int64_t column_value(const struct timeline *, size_t row);

#define COLUMN(table, column, value)                                                            \
    static int64_t table##_##column(const struct timeline *timeline, size_t row)                \
    {                                                                                           \
        return (int64_t)(value);                                                                \
    }
#define SPAN timeline->spans.at[row]
#define ARROW timeline->arrows.at[row]
#define MARK timeline->marks.at[row]
#define STEP timeline->path.at[row]
COLUMN(span, thread, SPAN.thread)
COLUMN(span, what, SPAN.what)
COLUMN(span, object, SPAN.object)
COLUMN(span, begin, SPAN.begin_ns - timeline->begin_ns)
COLUMN(span, length, SPAN.end_ns - SPAN.begin_ns)
COLUMN(span, site, SPAN.site)
COLUMN(span, end_site, SPAN.end_site)
COLUMN(span, stack, SPAN.stack)
COLUMN(span, flags, SPAN.flags)
COLUMN(span, result, SPAN.result)
COLUMN(arrow, span, ARROW.span)
COLUMN(arrow, from, ARROW.from)
COLUMN(arrow, back, timeline->spans.at[ARROW.span].end_ns - ARROW.time_ns)
COLUMN(arrow, site, ARROW.site)
COLUMN(arrow, how, ARROW.how)
COLUMN(mark, time, MARK.time_ns - timeline->begin_ns)
COLUMN(mark, thread, MARK.thread)
COLUMN(mark, what, MARK.what)
COLUMN(mark, object, MARK.object)
COLUMN(mark, other, MARK.other == TIMELINE_NONE ? 0 : MARK.other)
COLUMN(mark, site, MARK.site)
COLUMN(step, thread, STEP.thread)
COLUMN(step, begin, STEP.begin_ns - timeline->begin_ns)
COLUMN(step, length, STEP.end_ns - STEP.begin_ns)
COLUMN(step, kind, STEP.kind)

struct column {
    const char *name;
    bool delta; /* what is written is the difference to the row before */
    column_value *value;
};

static const struct column span_columns[] = {
    {"thread", false, span_thread}, {"what", false, span_what}, {"object", false, span_object},
    {"begin", true, span_begin}, {"length", false, span_length}, {"site", false, span_site},
    {"end_site", false, span_end_site}, {"stack", false, span_stack}, {"flags", false, span_flags},
    {"result", false, span_result}, {0},
};
static const struct column arrow_columns[] = {
    {"span", true, arrow_span}, {"from", false, arrow_from}, {"back", false, arrow_back},
    {"site", false, arrow_site}, {"how", false, arrow_how}, {0},
};
static const struct column mark_columns[] = {
    {"time", true, mark_time}, {"thread", false, mark_thread}, {"what", false, mark_what},
    {"object", false, mark_object}, {"other", false, mark_other}, {"site", false, mark_site}, {0},
};
static const struct column step_columns[] = {
    {"thread", false, step_thread}, {"begin", true, step_begin}, {"length", false, step_length}, {"kind", false, step_kind}, {0},
};

static size_t pack_column(const struct timeline *timeline, const struct column *column, size_t rows, struct pack *pack)
{
    size_t before = pack->size;
    int64_t previous = 0;
    for (size_t row = 0; row < rows; row++) {
        int64_t value = column->value(timeline, row);
        if (column->delta)
            pack_signed(pack, value - previous);
        else
            pack_number(pack, value < 0 ? 0 : (uint64_t)value);
        previous = value;
    }
    return pack->size - before;
}

static struct json_object *table_json(const struct timeline *timeline, const struct column *columns, size_t rows,
                                      struct pack *pack)
{
    struct json_object *table = json_object_new_object(), *list = json_object_new_array();
    for (; columns->name; columns++) {
        struct json_object *column = json_object_new_object();
        json_object_object_add(column, "name", json_object_new_string(columns->name));
        json_object_object_add(column, "coding", json_object_new_string(columns->delta ? "delta" : "plain"));
        json_object_object_add(column, "bytes", json_object_new_int64((int64_t)pack_column(timeline, columns, rows, pack)));
        json_object_array_add(list, column);
    }
    json_object_object_add(table, "count", json_object_new_int64((int64_t)rows));
    json_object_object_add(table, "columns", list);
    return table;
}

struct json_object *html_tables(const struct timeline *timeline, struct pack *pack)
{
    struct json_object *tables = json_object_new_object();
    json_object_object_add(tables, "spans", table_json(timeline, span_columns, timeline->spans.count, pack));
    json_object_object_add(tables, "arrows", table_json(timeline, arrow_columns, timeline->arrows.count, pack));
    json_object_object_add(tables, "marks", table_json(timeline, mark_columns, timeline->marks.count, pack));
    json_object_object_add(tables, "path", table_json(timeline, step_columns, timeline->path.count, pack));
    return tables;
}
