/* SPDX-License-Identifier: MIT */
/* Sentences and ids of findings, put together bit by bit. */
#ifndef THRUM_ANALYZE_TEXT_H
#define THRUM_ANALYZE_TEXT_H

#include <stddef.h>

/* All zero is the empty text. */
struct text {
    char *at;
    size_t length, capacity;
};

void text_add(struct text *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What was put together, to be freed; the text is empty again. */
char *text_take(struct text *);

/*
 * The id of a finding that consists of `parts`, whatever their order and how often each is there: a hash of them and of
 * `kind`. Takes the parts and their array, which are freed.
 */
char *text_id(const char *kind, struct text *parts, size_t count);

#endif
