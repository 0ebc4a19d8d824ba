/* SPDX-License-Identifier: MIT */
/* Memory for the tools. */
#include "config.h"
#include "base/memory.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cmd/die.h"

static void *checked(void *memory)
{
    if (!memory)
        die("out of memory; try a shorter recording");
    return memory;
}

void *memory_new(size_t count, size_t size)
{
    return checked(calloc(count ? count : 1, size ? size : 1));
}

void *memory_grow(void *array, size_t needed, size_t *capacity, size_t size)
{
    if (needed <= *capacity)
        return array;
    size_t wanted = *capacity ? *capacity * 2 : 8;
    if (wanted < needed)
        wanted = needed;
    array = checked(reallocarray(array, wanted, size));
    *capacity = wanted;
    return array;
}

void *memory_grow32(void *array, unsigned needed, unsigned *capacity, size_t size)
{
    if (needed <= *capacity)
        return array;
    unsigned wanted = *capacity > UINT_MAX / 2 ? UINT_MAX : *capacity ? *capacity * 2 : 4;
    if (wanted < needed)
        wanted = needed;
    array = checked(reallocarray(array, wanted, size));
    *capacity = wanted;
    return array;
}

char *memory_text(const char *text)
{
    return checked(strdup(text));
}

char *memory_format(const char *format, ...)
{
    va_list args;
    char *text = NULL;
    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    return checked(length < 0 ? NULL : text);
}

FILE *memory_stream(char **text, size_t *size)
{
    return checked(open_memstream(text, size));
}

void *memory_copy(const void *bytes, size_t size)
{
    return memcpy(memory_new(1, size), bytes, size);
}
