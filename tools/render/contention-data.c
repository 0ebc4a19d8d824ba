/* SPDX-License-Identifier: MIT */
/* Why threads waited, for programs: JSON with all there is, CSV with one table. */
#include "config.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include "render/contention-inner.h"

const char *contention_table_word(enum contention_table table)
{
    static const char *const words[] = {"locks", "waits", "sites", "threads"};
    return words[table];
}

/* --- JSON --- */

static void put_text(json_object *to, const char *name, const char *text)
{
    char *clean = clean_text(text);
    json_object_object_add(to, name, json_object_new_string(clean));
    free(clean);
}

static void put_count(json_object *to, const char *name, uint64_t count)
{
    json_object_object_add(to, name, json_object_new_uint64(count));
}

static void put_ns(json_object *to, const char *name, int64_t ns)
{
    json_object_object_add(to, name, json_object_new_int64(ns));
}

static void put_columns(json_object *to, const struct contention_row *row, int from, int last)
{
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        const struct column *column = &contention_columns[i];
        double value = column->value(row, from, last);
        char *name = column_name(column);
        json_object_object_add(to, name, column->unit == UNIT_percent ? json_object_new_double((int64_t)(value * 100) / 100.0)
                                                                      : json_object_new_int64((int64_t)value));
        free(name);
    }
}

static void put_thread(json_object *to, const struct contention_row *row)
{
    json_object *waited = json_object_new_object();
    int64_t running = row->life_ns;
    for (int i = 0; i < REASON_COUNT; i++) {
        put_ns(waited, contention_reason_word((enum contention_reason)i), row->waited_ns[i]);
        running -= row->waited_ns[i];
    }
    put_ns(to, "life_ns", row->life_ns);
    put_ns(to, "running_ns", running > 0 ? running : 0);
    put_ns(to, "holding_ns", row->holding_ns);
    json_object_object_add(to, "waited_ns", waited);
}

static json_object *json_row(const struct contention_row *row, enum contention_table table)
{
    json_object *to = json_object_new_object();
    put_text(to, "name", row->name);
    if (table == CONTENTION_sites)
        put_text(to, "object", row->kind);
    else if (table != CONTENTION_threads) {
        put_text(to, "kind", row->kind);
        put_text(to, "place", row->place);
    }
    put_count(to, "members", row->members);
    put_columns(to, row, 0, CONTENTION_MODES - 1);
    for (int mode = 0; mode < CONTENTION_MODES && contention_has_modes(row); mode++) {
        json_object *side = json_object_new_object();
        put_columns(side, row, mode, mode);
        json_object_object_del(side, "waiters"); /* told of both together */
        json_object_object_del(side, "failed");
        json_object_object_del(side, "woken_total_ns");
        json_object_object_add(to, mode == CONTENTION_shared ? "readers" : "writers", side);
    }
    put_count(to, "unended", row->unended);
    if (table == CONTENTION_threads)
        put_thread(to, row);
    return to;
}

static json_object *json_table(const struct contention_view *view, enum contention_table table)
{
    size_t count, all;
    const struct contention_row **rows = contention_sorted(view, table, &count, &all);
    json_object *list = json_object_new_array();
    for (size_t i = 0; i < count; i++)
        json_object_array_add(list, json_row(rows[i], table));
    free(rows);
    return list;
}

static void put_name(json_object *to, const char *name, const struct contention_row *row)
{
    if (row)
        put_text(to, name, row->name);
    else
        json_object_object_add(to, name, NULL);
}

static json_object *json_pairs(const struct contention_view *view)
{
    size_t count;
    const struct contention_pair *pairs = contention_pairs(view->contention, &count);
    json_object *list = json_object_new_array();
    for (size_t i = 0; i < count && (!view->entries || i < view->entries); i++) {
        json_object *to = json_object_new_object();
        put_name(to, "object", pairs[i].object);
        put_name(to, "waiter", pairs[i].waiter);
        put_name(to, "waiter_site", pairs[i].waiter_site);
        put_name(to, "holder", pairs[i].holder);
        put_name(to, "holder_site", pairs[i].holder_site);
        put_count(to, "count", pairs[i].count);
        put_ns(to, "wait_ns", pairs[i].wait_ns);
        put_ns(to, "behind_ns", pairs[i].behind_ns);
        json_object_array_add(list, to);
    }
    return list;
}

static json_object *json_chains(const struct contention_view *view)
{
    size_t count;
    const struct contention_chain *chains = contention_chains(view->contention, &count);
    json_object *list = json_object_new_array();
    for (size_t i = 0; i < count; i++) {
        json_object *to = json_object_new_object(), *links = json_object_new_array();
        put_name(to, "waiter", chains[i].waiter);
        put_name(to, "waiter_site", chains[i].waiter_site);
        put_ns(to, "wait_ns", chains[i].wait_ns);
        for (unsigned j = 0; j < chains[i].link_count; j++) {
            json_object *link = json_object_new_object();
            put_name(link, "object", chains[i].links[j].object);
            put_name(link, "holder", chains[i].links[j].holder);
            put_name(link, "holder_site", chains[i].links[j].holder_site);
            json_object_array_add(links, link);
        }
        json_object_object_add(to, "links", links);
        json_object_object_add(to, "circle", json_object_new_boolean(chains[i].circle));
        json_object_array_add(list, to);
    }
    return list;
}

static json_object *json_totals(const struct contention_view *view)
{
    const struct contention_totals *totals = contention_totals(view->contention);
    json_object *to = json_object_new_object();
    put_count(to, "acquired", totals->acquired);
    put_count(to, "contended", totals->contended);
    put_ns(to, "wait_ns", totals->wait_ns);
    put_ns(to, "other_wait_ns", totals->other_wait_ns);
    put_count(to, "unended", totals->unended);
    put_count(to, "left_out", totals->left_out);
    put_ns(to, "left_out_wait_ns", totals->left_out_ns);
    return to;
}

void contention_json(FILE *out, const struct contention_view *view)
{
    json_object *all = json_object_new_object();
    char *losses = report_losses(view->report);
    put_count(all, "version", 1);
    put_ns(all, "begin_ns", contention_totals(view->contention)->begin_ns);
    put_ns(all, "end_ns", contention_totals(view->contention)->end_ns);
    json_object_object_add(all, "complete", json_object_new_boolean(!report_incomplete(view->report)));
    put_text(all, "losses", losses);
    if (view->part)
        put_text(all, "part", view->part);
    json_object_object_add(all, "totals", json_totals(view));
    for (int i = 0; i < CONTENTION_TABLES; i++)
        if (view->tables[i])
            json_object_object_add(all, contention_table_word((enum contention_table)i), json_table(view, (enum contention_table)i));
    if (view->pairs)
        json_object_object_add(all, "pairs", json_pairs(view));
    if (view->pairs)
        json_object_object_add(all, "chains", json_chains(view));
    if (view->convoys)
        json_object_object_add(all, "convoys", contention_convoys_json(view));
    if (view->path)
        json_object_object_add(all, "critical_path", contention_path_json(view));
    fputs(json_object_to_json_string_ext(all, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE), out);
    fputc('\n', out);
    json_object_put(all);
    free(losses);
}

/* --- CSV, as RFC 4180 has it, with '\n' --- */

void contention_csv_text(FILE *out, const char *text)
{
    char *clean = clean_text(text);
    fputc('"', out);
    for (const char *at = clean; *at; at++)
        fprintf(out, *at == '"' ? "\"\"" : "%c", *at);
    fputc('"', out);
    free(clean);
}

static void put_csv_name(FILE *out, const struct contention_row *row, char end)
{
    contention_csv_text(out, row ? row->name : "");
    fputc(end, out);
}

static void csv_pairs(FILE *out, const struct contention_view *view)
{
    size_t count;
    const struct contention_pair *pairs = contention_pairs(view->contention, &count);
    fputs("object,waiter,waiter_site,holder,holder_site,count,wait_ns,behind_ns\n", out);
    for (size_t i = 0; i < count && (!view->entries || i < view->entries); i++) {
        put_csv_name(out, pairs[i].object, ',');
        put_csv_name(out, pairs[i].waiter, ',');
        put_csv_name(out, pairs[i].waiter_site, ',');
        put_csv_name(out, pairs[i].holder, ',');
        put_csv_name(out, pairs[i].holder_site, ',');
        fprintf(out, "%" PRIu64 ",%" PRId64 ",%" PRId64 "\n", pairs[i].count, pairs[i].wait_ns, pairs[i].behind_ns);
    }
}

static const unsigned *fields_of(const struct contention_view *view, enum contention_table table, size_t *count)
{
    *count = view->field_count ? view->field_count : contention_default_field_counts[table];
    return view->field_count ? view->fields : contention_default_fields[table];
}

static void csv_head(FILE *out, const struct contention_view *view, enum contention_table table)
{
    fputs(table == CONTENTION_threads ? "name" : table == CONTENTION_sites ? "name,object" : "name,kind,place", out);
    size_t field_count;
    const unsigned *fields = fields_of(view, table, &field_count);
    for (size_t f = 0; f < field_count; f++) {
        char *name = column_name(&contention_columns[fields[f]]);
        fprintf(out, ",%s", name);
        free(name);
    }
    if (table == CONTENTION_threads)
        fputs(",life_ns,holding_ns", out);
    for (int i = 0; table == CONTENTION_threads && i < REASON_COUNT; i++)
        fprintf(out, ",waited_%s_ns", contention_reason_word((enum contention_reason)i));
    fputc('\n', out);
}

static void csv_row(FILE *out, const struct contention_view *view, enum contention_table table, const struct contention_row *row)
{
    contention_csv_text(out, row->name);
    for (int i = 0; i < 2 && table != CONTENTION_threads && (i == 0 || table != CONTENTION_sites); i++) {
        fputc(',', out);
        contention_csv_text(out, i ? row->place : row->kind);
    }
    size_t field_count;
    const unsigned *fields = fields_of(view, table, &field_count);
    for (size_t f = 0; f < field_count; f++) {
        const struct column *column = &contention_columns[fields[f]];
        fprintf(out, column->unit == UNIT_percent ? ",%.2f" : ",%.0f", column_value(column, row));
    }
    if (table == CONTENTION_threads)
        fprintf(out, ",%" PRId64 ",%" PRId64, row->life_ns, row->holding_ns);
    for (int i = 0; table == CONTENTION_threads && i < REASON_COUNT; i++)
        fprintf(out, ",%" PRId64, row->waited_ns[i]);
    fputc('\n', out);
}

static void csv_table(FILE *out, const struct contention_view *view, enum contention_table table)
{
    size_t count, all;
    const struct contention_row **rows = contention_sorted(view, table, &count, &all);
    csv_head(out, view, table);
    for (size_t i = 0; i < count; i++)
        csv_row(out, view, table, rows[i]);
    free(rows);
}

void contention_csv(FILE *out, const struct contention_view *view)
{
    for (int i = 0; i < CONTENTION_TABLES; i++)
        if (view->tables[i]) {
            csv_table(out, view, (enum contention_table)i);
            return;
        }
    if (view->path)
        contention_path_csv(out, view);
    else if (view->convoys)
        contention_convoys_csv(out, view);
    else
        csv_pairs(out, view);
}
