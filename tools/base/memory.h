/* SPDX-License-Identifier: MIT */
/* Memory for the tools: there is some, or the tool ends with a line that says so. */
#ifndef THRUM_TRACE_MEMORY_H
#define THRUM_TRACE_MEMORY_H

#include <stddef.h>
#include <stdio.h>

/* Zeroed memory for count items of a size; never NULL. */
void *memory_new(size_t count, size_t size);

/* Makes room for at least `needed` items in a growing array: its new place; *capacity is raised. */
void *memory_grow(void *array, size_t needed, size_t *capacity, size_t size);

/* As memory_grow(), for arrays counted in 32 bits. */
void *memory_grow32(void *array, unsigned needed, unsigned *capacity, size_t size);

char *memory_text(const char *text);
char *memory_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A stream that writes to memory: *text, to be freed, and *size are set by its fclose(). */
FILE *memory_stream(char **text, size_t *size);

/* A copy of `size` bytes. */
void *memory_copy(const void *bytes, size_t size);

#endif
