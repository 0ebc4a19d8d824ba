/* SPDX-License-Identifier: MIT */
/* Why threads waited, as text, JSON and CSV. */
#ifndef THRUM_RENDER_CONTENTION_H
#define THRUM_RENDER_CONTENTION_H

#include <stdio.h>
#include "analyze/contention.h"
#include "render/render.h"

enum { CONTENTION_FIELDS_MAX = 32 };

/* Reads "-F a,b": up to CONTENTION_FIELDS_MAX numbers of columns. The word that isn't one, to be freed, or NULL. */
char *contention_parse_fields(const char *words, unsigned *fields, size_t *count);

/* "acquired, contended, ..." to be freed. */
char *contention_field_words(void);

/* What to show, and how. */
struct contention_view {
    const struct contention *contention;
    const struct report *report;
    const char *part;               /* what of the recording was counted, in words; NULL: all */
    bool tables[CONTENTION_TABLES]; /* which of them */
    bool pairs;                     /* who made whom wait */
    bool path;                      /* the critical path */
    bool convoys;
    unsigned key;                   /* rows in the order of this column, largest first */
    const unsigned *fields;         /* columns, or ... */
    size_t field_count;             /* ... 0: each table's own */
    size_t entries;                 /* rows at most of each table; 0: all */
    bool colour;
};

/* The order where nothing else is asked for. */
unsigned contention_default_key(void);

void contention_text(FILE *out, const struct contention_view *);
void contention_json(FILE *out, const struct contention_view *);
void contention_csv(FILE *out, const struct contention_view *);

/* What changed from one recording to another: locks, sites and waits, in the order of the change of the column view->key. */
void contention_diff_text(FILE *out, const struct contention_view *before, const struct contention_view *after);
void contention_diff_json(FILE *out, const struct contention_view *before, const struct contention_view *after);
void contention_diff_csv(FILE *out, const struct contention_view *before, const struct contention_view *after);

/* "locks", "waits", "sites", "threads". */
const char *contention_table_word(enum contention_table);

#endif
