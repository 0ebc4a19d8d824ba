/* SPDX-License-Identifier: MIT */
/* Puts texts together. */
#include "config.h"
#include "analyze/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"

void text_add(struct text *text, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int more = vsnprintf(NULL, 0, format, args);
    va_end(args);
    text->at = memory_grow(text->at, text->length + (size_t)more + 1, &text->capacity, 1);
    vsnprintf(text->at + text->length, (size_t)more + 1, format, again);
    va_end(again);
    text->length += (size_t)more;
}

char *text_take(struct text *text)
{
    char *taken = text->at ? text->at : memory_text("");
    *text = (struct text){0};
    return taken;
}

static int compare(const void *one, const void *other)
{
    return strcmp(((const struct text *)one)->at, ((const struct text *)other)->at);
}

/* FNV-1a: short, and the same on every machine. */
static uint64_t hash(uint64_t sum, const char *text)
{
    do
        sum = (sum ^ (unsigned char)*text) * 0x100000001b3u;
    while (*text++);
    return sum;
}

char *text_id(const char *kind, struct text *parts, size_t count)
{
    uint64_t sum = hash(0xcbf29ce484222325u, kind);
    qsort(parts, count, sizeof *parts, compare);
    for (size_t i = 0; i < count; i++)
        if (!i || strcmp(parts[i].at, parts[i - 1].at))
            sum = hash(sum, parts[i].at);
    for (size_t i = 0; i < count; i++)
        free(parts[i].at);
    free(parts);
    return memory_format("%016" PRIx64, sum);
}
