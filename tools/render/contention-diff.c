/* SPDX-License-Identifier: MIT */
/* What changed from one recording to another: rows of one key are compared, in text and for programs. */
#include "config.h"
#include "render/contention-diff.h"
#include "render/contention-diff-path.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/map.h"
#include "base/memory.h"

static uint64_t hash_of(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return hash;
}

static void add_rows(struct changes *changes, struct map *places, const struct contention_view *view, enum contention_table table, int when)
{
    size_t count;
    struct contention_row *const *rows = contention_rows(view->contention, table, &count);
    for (size_t i = 0; i < count; i++) {
        uintptr_t place = (uintptr_t)map_get(places, hash_of(rows[i]->key)); /* less one */
        if (!place) {
            changes->at = memory_grow(changes->at, changes->count + 1, &changes->capacity, sizeof *changes->at);
            changes->at[changes->count++] = (struct change){.key = rows[i]->key, .kind = rows[i]->kind};
            place = changes->count;
            map_put(places, hash_of(rows[i]->key), (void *)place);
        }
        contention_add(&changes->at[place - 1].rows[when], rows[i]);
    }
}

static int largest_change_first(const void *one, const void *other)
{
    const struct change *a = one, *b = other;
    double first = fabs(a->by), second = fabs(b->by);
    return first < second ? 1 : first > second ? -1 : strcmp(a->key, b->key);
}

void changes_make(struct changes *changes, const struct contention_view *before, const struct contention_view *after, enum contention_table table)
{
    struct map places = {0};
    const struct column *column = &contention_columns[before->key];
    *changes = (struct changes){0};
    add_rows(changes, &places, before, table, BEFORE);
    add_rows(changes, &places, after, table, AFTER);
    map_free(&places);
    for (size_t i = 0; i < changes->count; i++) {
        struct change *change = &changes->at[i];
        change->by = column_value(column, &change->rows[AFTER]) - column_value(column, &change->rows[BEFORE]);
    }
    if (changes->count)
        qsort(changes->at, changes->count, sizeof *changes->at, largest_change_first);
}

void changes_free(struct changes *changes)
{
    for (size_t i = 0; i < changes->count; i++)
        for (int when = 0; when < TIMES; when++)
            contention_clear(&changes->at[i].rows[when]);
    free(changes->at);
}

static size_t shown(const struct contention_view *view, size_t count)
{
    return view->entries && view->entries < count ? view->entries : count;
}

static const enum contention_table tables[] = {CONTENTION_locks, CONTENTION_sites, CONTENTION_waits};
enum { TABLES = sizeof tables / sizeof tables[0] };

/* --- for programs --- */

static json_object *json_changes(const struct contention_view *before, const struct contention_view *after, enum contention_table table)
{
    static const char *const words[] = {"before", "after"};
    json_object *list = json_object_new_array();
    struct changes changes;
    changes_make(&changes, before, after, table);
    for (size_t i = 0; i < shown(before, changes.count); i++) {
        json_object *to = json_object_new_object();
        char *key = clean_text(changes.at[i].key);
        json_object_object_add(to, "name", json_object_new_string(key));
        free(key);
        for (int when = 0; when < TIMES; when++) {
            json_object *columns = json_object_new_object();
            for (size_t c = 0; c < COLUMN_COUNT; c++) {
                char *name = column_name(&contention_columns[c]);
                json_object_object_add(columns, name, json_object_new_int64((int64_t)column_value(&contention_columns[c], &changes.at[i].rows[when])));
                free(name);
            }
            json_object_object_add(to, words[when], columns);
        }
        json_object_array_add(list, to);
    }
    changes_free(&changes);
    return list;
}

static json_object *json_times(const struct contention_view *before, const struct contention_view *after, enum time_sort sort, const char *what)
{
    json_object *list = json_object_new_array();
    struct time_changes changes;
    time_changes_make(&changes, before, after, sort);
    for (size_t i = 0; i < shown(before, changes.count); i++) {
        const struct time_change *change = &changes.at[i];
        json_object *to = json_object_new_object();
        char *words = clean_text(change->what);
        json_object_object_add(to, what, json_object_new_string(words));
        json_object_object_add(to, "before_ns", json_object_new_int64(change->ns[BEFORE]));
        json_object_object_add(to, "after_ns", json_object_new_int64(change->ns[AFTER]));
        json_object_object_add(to, "before_count", json_object_new_uint64(change->count[BEFORE]));
        json_object_object_add(to, "after_count", json_object_new_uint64(change->count[AFTER]));
        json_object_array_add(list, to);
        free(words);
    }
    time_changes_free(&changes);
    return list;
}

static json_object *json_path(const struct contention_view *before, const struct contention_view *after)
{
    json_object *to = json_object_new_object();
    json_object_object_add(to, "before_ns", json_object_new_int64(contention_path_ns(before)));
    json_object_object_add(to, "after_ns", json_object_new_int64(contention_path_ns(after)));
    json_object_object_add(to, "shares", json_times(before, after, TIMES_path, "what"));
    json_object_object_add(to, "gains", json_times(before, after, TIMES_gain, "object"));
    return to;
}

void contention_diff_json(FILE *out, const struct contention_view *before, const struct contention_view *after)
{
    json_object *all = json_object_new_object();
    json_object_object_add(all, "version", json_object_new_int(1));
    for (size_t i = 0; i < TABLES; i++)
        if (before->tables[tables[i]])
            json_object_object_add(all, contention_table_word(tables[i]), json_changes(before, after, tables[i]));
    if (before->path)
        json_object_object_add(all, "critical_path", json_path(before, after));
    if (before->convoys)
        json_object_object_add(all, "convoys", json_times(before, after, TIMES_convoy, "object"));
    fputs(json_object_to_json_string_ext(all, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE), out);
    fputc('\n', out);
    json_object_put(all);
}

/* --- the columns that text and CSV have --- */

static const unsigned *fields_of(const struct contention_view *view, size_t *count)
{
    static unsigned defaults[CONTENTION_FIELDS_MAX];
    *count = view->field_count;
    if (view->field_count)
        return view->fields;
    free(contention_parse_fields("wait_total,contended,acquired", defaults, count));
    return defaults;
}

static void csv_changes(FILE *out, const struct contention_view *view, const struct changes *changes)
{
    size_t field_count;
    const unsigned *fields = fields_of(view, &field_count);
    fputs("name", out);
    for (size_t f = 0; f < field_count; f++) {
        char *name = column_name(&contention_columns[fields[f]]);
        fprintf(out, ",%s_before,%s_after", name, name);
        free(name);
    }
    fputc('\n', out);
    for (size_t i = 0; i < shown(view, changes->count); i++) {
        contention_csv_text(out, changes->at[i].key);
        for (size_t f = 0; f < field_count; f++)
            for (int when = 0; when < TIMES; when++)
                fprintf(out, ",%.0f", column_value(&contention_columns[fields[f]], &changes->at[i].rows[when]));
        fputc('\n', out);
    }
}

static void csv_times(FILE *out, const struct contention_view *before, const struct contention_view *after, enum time_sort sort)
{
    struct time_changes changes;
    time_changes_make(&changes, before, after, sort);
    fputs("name,time_ns_before,time_ns_after,count_before,count_after\n", out);
    for (size_t i = 0; i < shown(before, changes.count); i++) {
        const struct time_change *change = &changes.at[i];
        contention_csv_text(out, change->what);
        fprintf(out, ",%" PRId64 ",%" PRId64 ",%" PRIu64 ",%" PRIu64 "\n", change->ns[BEFORE], change->ns[AFTER], change->count[BEFORE],
                change->count[AFTER]);
    }
    time_changes_free(&changes);
}

void contention_diff_csv(FILE *out, const struct contention_view *before, const struct contention_view *after)
{
    struct changes changes;
    size_t which = 0;
    if (before->path || before->convoys) {
        csv_times(out, before, after, before->path ? TIMES_path : TIMES_convoy);
        return;
    }
    while (which + 1 < TABLES && !before->tables[tables[which]])
        which++;
    changes_make(&changes, before, after, tables[which]);
    csv_changes(out, before, &changes);
    changes_free(&changes);
}

/* --- text --- */

/* "-92 %", "x 3.1", "new", "gone", "same". */
static const char *ratio(char buffer[32], double before, double after)
{
    if (!(before > 0) || !(after > 0))
        return before > 0 ? "gone" : after > 0 ? "new" : "-";
    if (after >= 2 * before)
        snprintf(buffer, 32, "x %.*f", after < 10 * before ? 1 : 0, after / before);
    else if (fabs(after - before) < before / 200)
        return "same";
    else
        snprintf(buffer, 32, "%+.0f %%", 100 * (after - before) / before);
    return buffer;
}

enum { CELL = 10 };

static void put_change(const struct paper *paper, const struct change *change, const unsigned *fields, size_t field_count, size_t name_width)
{
    char buffer[32];
    paper_put_padded(paper, INK_object, change->key, name_width);
    for (size_t f = 0; f < field_count; f++) {
        const struct column *column = &contention_columns[fields[f]];
        double before = column_value(column, &change->rows[BEFORE]), after = column_value(column, &change->rows[AFTER]);
        contention_put_right(paper, INK_plain, contention_cell(buffer, column, before), CELL);
        contention_put_right(paper, INK_plain, contention_cell(buffer, column, after), CELL);
        contention_put_right(paper, INK_thread, ratio(buffer, before, after), 7);
        fputs(f + 1 < field_count ? " " : "\n", paper->out);
    }
}

/* "wait total", over its three columns. */
static void put_field(const struct paper *paper, const char *field)
{
    char *words = memory_text(field), *line;
    while ((line = strchr(words, '_')))
        *line = ' ';
    contention_put_right(paper, INK_label, words, 2 * CELL + 7);
    free(words);
}

static void put_changes(const struct paper *paper, const struct contention_view *view, const struct changes *changes, const char *title)
{
    size_t field_count, width = strlen(title);
    const unsigned *fields = fields_of(view, &field_count);
    if (!changes->count)
        return;
    for (size_t i = 0; i < shown(view, changes->count); i++)
        width = paper_width(changes->at[i].key) > width ? paper_width(changes->at[i].key) : width;
    fputc('\n', paper->out);
    paper_put_padded(paper, INK_plain, "", width);
    for (size_t f = 0; f < field_count; f++) {
        put_field(paper, contention_columns[fields[f]].field);
        fputs(f + 1 < field_count ? " " : "\n", paper->out);
    }
    paper_put_padded(paper, INK_label, title, width);
    for (size_t f = 0; f < field_count; f++) {
        contention_put_right(paper, INK_label, "before", CELL);
        contention_put_right(paper, INK_label, "after", CELL);
        contention_put_right(paper, INK_label, "change", 7);
        fputs(f + 1 < field_count ? " " : "\n", paper->out);
    }
    for (size_t i = 0; i < shown(view, changes->count); i++)
        put_change(paper, &changes->at[i], fields, field_count, width);
    contention_put_more(paper, shown(view, changes->count), changes->count);
}

/* "   3.1 ms   12.4 ms  x 4.0  forks[3] is held, taken in eat (dining.c:37)" */
static void put_times(const struct paper *paper, const struct contention_view *before, const struct contention_view *after, enum time_sort sort,
                      const char *title)
{
    struct time_changes changes;
    char buffer[32];
    time_changes_make(&changes, before, after, sort);
    if (changes.count) {
        fputc('\n', paper->out);
        contention_put_right(paper, INK_label, "before", CELL);
        contention_put_right(paper, INK_label, "after", CELL);
        contention_put_right(paper, INK_label, "change", 7);
        fputs("  ", paper->out);
        paper_put(paper, INK_label, title);
        fputc('\n', paper->out);
    }
    for (size_t i = 0; i < shown(before, changes.count); i++) {
        double old = (double)changes.at[i].ns[BEFORE], now = (double)changes.at[i].ns[AFTER];
        contention_put_right(paper, INK_plain, old > 0 ? contention_duration(buffer, old) : "-", CELL);
        contention_put_right(paper, INK_plain, now > 0 ? contention_duration(buffer, now) : "-", CELL);
        contention_put_right(paper, INK_thread, ratio(buffer, old, now), 7);
        fputs("  ", paper->out);
        paper_put(paper, INK_object, changes.at[i].what);
        fputc('\n', paper->out);
    }
    contention_put_more(paper, shown(before, changes.count), changes.count);
    time_changes_free(&changes);
}

static void put_path(const struct paper *paper, const struct contention_view *before, const struct contention_view *after)
{
    double old = (double)contention_path_ns(before), now = (double)contention_path_ns(after);
    char one[32], two[32], three[32];
    char *title = memory_format("critical path: %s, before %s: %s", contention_duration(one, now), contention_duration(two, old), ratio(three, old, now));
    put_times(paper, before, after, TIMES_path, title);
    free(title);
    put_times(paper, before, after, TIMES_gain, "what the run would gain if nobody had to wait for");
}

/* "Threads waited 12.3 ms for locks, before 146 ms: -92 %." */
static void put_verdict(const struct paper *paper, const struct contention_view *before, const struct contention_view *after)
{
    const struct contention_totals *old = contention_totals(before->contention), *now = contention_totals(after->contention);
    char one[32], two[32], three[32];
    char *text = memory_format("Threads waited %s for locks, before %s: %s.", contention_duration(one, (double)now->wait_ns),
                               contention_duration(two, (double)old->wait_ns), ratio(three, (double)old->wait_ns, (double)now->wait_ns));
    contention_put_part(paper, before);
    paper_paragraph(paper, INK_thread, text, 0, 0);
    free(text);
    if (report_incomplete(before->report) || report_incomplete(after->report))
        paper_paragraph(paper, INK_warning, "Not all events of both could be read; numbers may be too small.", 0, 0);
}

void contention_diff_text(FILE *out, const struct contention_view *before, const struct contention_view *after)
{
    static const char *const titles[] = {"lock", "taken in", "waited on"};
    struct paper paper = {.out = out, .colour = before->colour};
    put_verdict(&paper, before, after);
    if (before->path)
        put_path(&paper, before, after);
    for (size_t i = 0; i < TABLES; i++) {
        struct changes changes;
        if (!before->tables[tables[i]])
            continue;
        changes_make(&changes, before, after, tables[i]);
        put_changes(&paper, before, &changes, titles[i]);
        changes_free(&changes);
    }
    if (before->convoys)
        put_times(&paper, before, after, TIMES_convoy, "in convoys");
}
