/* SPDX-License-Identifier: MIT */
/* Text put together in a buffer without stdio: paths, metadata, the one line on stderr. */
#ifndef THRUM_TRACEPOINTS_RECORDER_TEXT_H
#define THRUM_TRACEPOINTS_RECORDER_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "recorder-raw.h"

struct text {
    char *at;
    size_t size, used; /* used < size: there is always room for the 0 at the end */
    int fd;            /* where a full buffer goes; -1: nowhere, what doesn't fit is cut */
    int error;         /* 0, -ENAMETOOLONG where something was cut, or what write(2) said */
};

static inline void text_flush(struct text *text)
{
    size_t done = 0;

    while (done < text->used && !text->error) {
        long n = RAW(SYS_write, text->fd, text->at + done, text->used - done);
        if (n < 0 && n != -EINTR)
            text->error = (int)n;
        done += n > 0 ? (size_t)n : 0;
    }
    text->used = 0;
}

static inline void text_add(struct text *text, const char *string)
{
    size_t length = strlen(string);

    while (length > 0) {
        if (text->used == text->size - 1 && text->fd >= 0)
            text_flush(text);
        size_t room = text->size - 1 - text->used, n = length < room ? length : room;
        memcpy(text->at + text->used, string, n);
        text->used += n;
        text->at[text->used] = 0;
        string += n;
        length -= n;
        if (n == 0) {
            text->error = -ENAMETOOLONG;
            return;
        }
    }
}

static inline void text_number(struct text *text, uint64_t number)
{
    char digits[21], *at = digits + 20;

    *at = 0;
    do
        *--at = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    text_add(text, at);
}

static inline void text_signed(struct text *text, int64_t number)
{
    if (number < 0)
        text_add(text, "-");
    text_number(text, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

static inline struct text text_buffer(char *at, size_t size)
{
    at[0] = 0;
    return (struct text){.at = at, .size = size, .fd = -1};
}

#endif
