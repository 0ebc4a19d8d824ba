/* SPDX-License-Identifier: MIT */
/* Text put together in the traced process: no stdio, no allocation; written out piece by piece. */
#ifndef THRUM_CHECK_TEXT_H
#define THRUM_CHECK_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Large enough for nearly all findings, which then are written by one call: those of several processes don't mix. */
enum { TEXT_SIZE = 64 * 1024 };

struct text {
    int fd;
    size_t used;
    char at[TEXT_SIZE];
};

void text_add(struct text *text, const char *part);
void text_number(struct text *text, uint64_t number);
void text_hex(struct text *text, uint64_t number);
/* As the inside of a JSON string. */
void text_json(struct text *text, const char *part);
/* Writes out what there is; where nobody reads any more the rest is lost. */
void text_flush(struct text *text);

#endif
