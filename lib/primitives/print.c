/* SPDX-License-Identifier: MIT */
/* Whole lines on a stream. */
#include "thrum/print.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void unlock(void *stream)
{
    funlockfile(stream);
}

/* Nothing else of this process gets between the bytes; the flush hands them to the system in one go, too. */
static int put(FILE *stream, const char *text, size_t length)
{
    int result = 0;
    flockfile(stream);
    pthread_cleanup_push(unlock, stream);
    if (fwrite(text, 1, length, stream) != length || fflush(stream) != 0)
        result = errno ? errno : EIO;
    pthread_cleanup_pop(1);
    return result;
}

static int print(FILE *stream, const char *format, va_list arguments)
{
    char *text;
    int saved = errno, result = ENOMEM;
    int length = vasprintf(&text, format, arguments);
    if (length < 0)
        return ENOMEM;
    char *line = realloc(text, (size_t)length + 2);
    if (line) {
        memcpy(line + length, "\n", 2);
        pthread_cleanup_push(free, line);
        result = put(stream, line, (size_t)length + 1);
        pthread_cleanup_pop(0);
    }
    free(line ? line : text);
    errno = saved;
    return result;
}

int thrum_print(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int result = print(stdout, format, arguments);
    va_end(arguments);
    return result;
}

int thrum_print_to(FILE *stream, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int result = print(stream, format, arguments);
    va_end(arguments);
    return result;
}
