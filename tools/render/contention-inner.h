/* SPDX-License-Identifier: MIT */
/* What the renderers of contention share: columns. */
#ifndef THRUM_RENDER_CONTENTION_INNER_H
#define THRUM_RENDER_CONTENTION_INNER_H

#include "render/contention.h"
#include "render/paper.h"

enum column_unit { UNIT_count, UNIT_ns, UNIT_percent };

struct column {
    const char *field; /* "wait_total", as -F and -k take it, and as JSON and CSV call it ("wait_total_ns") */
    const char *over;  /* what columns side by side have in common: "wait" */
    const char *head;
    enum column_unit unit;
    /* Of modes `from` to `to`, both included. */
    double (*value)(const struct contention_row *, int from, int to);
};

enum { COLUMN_COUNT = 14 };
extern const struct column contention_columns[COLUMN_COUNT];

/* What each table shows where nothing else is asked for. */
extern const unsigned *const contention_default_fields[CONTENTION_TABLES];
extern const size_t contention_default_field_counts[CONTENTION_TABLES];

/* Whether it was taken alone and with other readers: told of apart. */
bool contention_has_modes(const struct contention_row *);

/* Of all modes. */
double column_value(const struct column *, const struct contention_row *);

/* The name of a column for programs: with its unit; to be freed. */
char *column_name(const struct column *);

/* The rows of a table in the order of the view, as many as it shows; to be freed. *all: how many there are. */
const struct contention_row **contention_sorted(const struct contention_view *, enum contention_table, size_t *count,
                                                size_t *all);

/* The locks that had convoys, those with the longest first; to be freed. */
const struct contention_row **contention_convoyed(const struct contention *, size_t *count);

struct json_object *contention_path_json(const struct contention_view *);
struct json_object *contention_convoys_json(const struct contention_view *);
void contention_path_csv(FILE *out, const struct contention_view *);
void contention_convoys_csv(FILE *out, const struct contention_view *);

/* Quoted for CSV. */
void contention_csv_text(FILE *out, const char *text);

/* --- text --- */

/* Three digits that matter, into a buffer that it returns: "40.1 ms". */
const char *contention_duration(char buffer[32], double ns);
/* A value as text shows it, into a buffer or not: "1,204", "98", "40.1 ms", "-". */
const char *contention_cell(char buffer[32], const struct column *, double value);
void contention_put_right(const struct paper *, enum ink, const char *text, size_t width);

/* "part: from 1.2 s to 1.5 s", where not all of the recording was counted. */
void contention_put_part(const struct paper *, const struct contention_view *);

/* "7 more ..." where not all are shown. */
void contention_put_more(const struct paper *, size_t shown, size_t all);
void contention_put_table(const struct paper *, const struct contention_view *, enum contention_table, const char *title);
void contention_put_path(const struct paper *, const struct contention_view *);
void contention_put_convoys(const struct paper *, const struct contention_view *);
void contention_put_threads(const struct paper *, const struct contention_view *);

#endif
