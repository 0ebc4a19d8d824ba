/* SPDX-License-Identifier: MIT */
/* The columns of contention tables: where perf lock contention has the same, by its name. */
#include "config.h"
#include "render/contention-inner.h"

#include <stdlib.h>
#include <string.h>
#include "base/memory.h"

#define EACH_SIDE(side) \
    for (const struct contention_side *side = &row->sides[from]; side <= &row->sides[to]; side++)

static double acquired(const struct contention_row *row, int from, int to)
{
    uint64_t sum = 0;
    EACH_SIDE(side)
        sum += side->acquired;
    return (double)sum;
}

static double contended(const struct contention_row *row, int from, int to)
{
    uint64_t sum = 0;
    EACH_SIDE(side)
        sum += side->contended;
    return (double)sum;
}

static double percent(const struct contention_row *row, int from, int to)
{
    double all = acquired(row, from, to), waited = contended(row, from, to);
    if (waited > all) /* waits that ended without it */
        all = waited;
    return all > 0 ? 100 * waited / all : 0;
}

static double wait_total(const struct contention_row *row, int from, int to)
{
    double sum = 0;
    EACH_SIDE(side)
        sum += (double)side->wait.total_ns;
    return sum;
}

static double hold_total(const struct contention_row *row, int from, int to)
{
    double sum = 0;
    EACH_SIDE(side)
        sum += (double)side->hold.total_ns;
    return sum;
}

static double avg_wait(const struct contention_row *row, int from, int to)
{
    double count = contended(row, from, to);
    return count > 0 ? wait_total(row, from, to) / count : 0;
}

static double avg_hold(const struct contention_row *row, int from, int to)
{
    double count = 0;
    EACH_SIDE(side)
        count += (double)side->hold.count;
    return count > 0 ? hold_total(row, from, to) / count : 0;
}

static double wait_max(const struct contention_row *row, int from, int to)
{
    int64_t max = 0;
    EACH_SIDE(side)
        max = side->wait.max_ns > max ? side->wait.max_ns : max;
    return (double)max;
}

static double hold_max(const struct contention_row *row, int from, int to)
{
    int64_t max = 0;
    EACH_SIDE(side)
        max = side->hold.max_ns > max ? side->hold.max_ns : max;
    return (double)max;
}

static const struct spread none;

static double wait_p99(const struct contention_row *row, int from, int to)
{
    return (double)spread_percentile(&row->sides[from].wait, from == to ? &none : &row->sides[to].wait, 99);
}

static double hold_p99(const struct contention_row *row, int from, int to)
{
    return (double)spread_percentile(&row->sides[from].hold, from == to ? &none : &row->sides[to].hold, 99);
}

static double waiters(const struct contention_row *row, int from, int to)
{
    (void)from, (void)to;
    return row->waiters;
}

static double failed(const struct contention_row *row, int from, int to)
{
    (void)from, (void)to;
    return (double)row->failed;
}

static double woken_total(const struct contention_row *row, int from, int to)
{
    (void)from, (void)to;
    return (double)row->woken_ns;
}

enum { FIELD_acquired, FIELD_contended, FIELD_percent, FIELD_wait_total, FIELD_avg_wait, FIELD_wait_p99, FIELD_wait_max,
       FIELD_hold_total, FIELD_avg_hold, FIELD_hold_p99, FIELD_hold_max, FIELD_waiters, FIELD_failed, FIELD_woken_total };

const struct column contention_columns[COLUMN_COUNT] = {
    [FIELD_acquired] = {"acquired", "", "acquired", UNIT_count, acquired},
    [FIELD_contended] = {"contended", "contended", "number", UNIT_count, contended},
    [FIELD_percent] = {"percent", "contended", "%", UNIT_percent, percent},
    [FIELD_wait_total] = {"wait_total", "wait", "total", UNIT_ns, wait_total},
    [FIELD_avg_wait] = {"avg_wait", "wait", "average", UNIT_ns, avg_wait},
    [FIELD_wait_p99] = {"wait_p99", "wait", "99 %", UNIT_ns, wait_p99},
    [FIELD_wait_max] = {"wait_max", "wait", "longest", UNIT_ns, wait_max},
    [FIELD_hold_total] = {"hold_total", "hold", "total", UNIT_ns, hold_total},
    [FIELD_avg_hold] = {"avg_hold", "hold", "average", UNIT_ns, avg_hold},
    [FIELD_hold_p99] = {"hold_p99", "hold", "99 %", UNIT_ns, hold_p99},
    [FIELD_hold_max] = {"hold_max", "hold", "longest", UNIT_ns, hold_max},
    [FIELD_waiters] = {"waiters", "", "waiters", UNIT_count, waiters},
    [FIELD_failed] = {"failed", "", "failed", UNIT_count, failed},
    [FIELD_woken_total] = {"woken_total", "", "being woken", UNIT_ns, woken_total},
};

static const unsigned of_locks[] = {FIELD_acquired, FIELD_contended, FIELD_percent,  FIELD_wait_total, FIELD_avg_wait,
                                    FIELD_wait_p99, FIELD_wait_max,  FIELD_avg_hold, FIELD_hold_max,   FIELD_waiters};
static const unsigned of_waits[] = {FIELD_contended, FIELD_wait_total, FIELD_avg_wait, FIELD_wait_p99, FIELD_wait_max, FIELD_waiters};

const unsigned *const contention_default_fields[CONTENTION_TABLES] = {of_locks, of_waits, of_locks, of_locks};
const size_t contention_default_field_counts[CONTENTION_TABLES] = {
    sizeof of_locks / sizeof *of_locks, sizeof of_waits / sizeof *of_waits,
    sizeof of_locks / sizeof *of_locks, sizeof of_locks / sizeof *of_locks,
};

bool contention_has_modes(const struct contention_row *row)
{
    bool used[CONTENTION_MODES];
    for (int i = 0; i < CONTENTION_MODES; i++)
        used[i] = row->sides[i].acquired + row->sides[i].contended > 0;
    return used[CONTENTION_exclusive] && used[CONTENTION_shared];
}

unsigned contention_default_key(void)
{
    return FIELD_wait_total;
}

double column_value(const struct column *column, const struct contention_row *row)
{
    return column->value(row, 0, CONTENTION_MODES - 1);
}

char *column_name(const struct column *column)
{
    return memory_format("%s%s", column->field, column->unit == UNIT_ns ? "_ns" : "");
}

/* --- words --- */

char *contention_field_words(void)
{
    char *words = memory_text(contention_columns[0].field);
    for (size_t i = 1; i < COLUMN_COUNT; i++) {
        char *longer = memory_format("%s, %s", words, contention_columns[i].field);
        free(words);
        words = longer;
    }
    return words;
}

static bool find_field(const char *word, unsigned *field)
{
    for (unsigned i = 0; i < COLUMN_COUNT; i++)
        if (strcmp(contention_columns[i].field, word) == 0) {
            *field = i;
            return true;
        }
    return false;
}

char *contention_parse_fields(const char *words, unsigned *fields, size_t *count)
{
    char *copy = memory_text(words), *rest = copy, *word, *bad = NULL;
    *count = 0;
    while (!bad && (word = strsep(&rest, ",")))
        if (*count == CONTENTION_FIELDS_MAX || !find_field(word, &fields[(*count)++]))
            bad = memory_text(word);
    free(copy);
    return bad;
}

/* --- order --- */

struct keyed {
    const struct contention_row *row;
    double key;
    size_t place;
};

static int largest_first(const void *one, const void *other)
{
    const struct keyed *a = one, *b = other;
    if (a->key > b->key || a->key < b->key)
        return a->key < b->key ? 1 : -1;
    return a->place < b->place ? -1 : 1;
}

const struct contention_row **contention_sorted(const struct contention_view *view, enum contention_table table,
                                                size_t *count, size_t *all)
{
    struct contention_row *const *rows = contention_rows(view->contention, table, all);
    struct keyed *keyed = memory_new(*all, sizeof *keyed);
    const struct contention_row **sorted = memory_new(*all, sizeof *sorted);
    bool as_they_are = table == CONTENTION_threads && view->key == contention_default_key(); /* by all their waiting */
    for (size_t i = 0; i < *all; i++)
        keyed[i] = (struct keyed){rows[i], as_they_are ? 0 : column_value(&contention_columns[view->key], rows[i]), i};
    qsort(keyed, *all, sizeof *keyed, largest_first);
    *count = view->entries && view->entries < *all ? view->entries : *all;
    for (size_t i = 0; i < *count; i++)
        sorted[i] = keyed[i].row;
    free(keyed);
    return sorted;
}
