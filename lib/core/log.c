/* SPDX-License-Identifier: MIT */
/* One line on stderr, written at once so that lines of several threads don't mix. */
#include "core/log.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LINE_MAX_LENGTH = 512 };

static size_t append(char *line, size_t used, const char *part)
{
    size_t length = strnlen(part, LINE_MAX_LENGTH - 1 - used);

    memcpy(line + used, part, length);
    return used + length;
}

void log_line(const char *part, ...)
{
    int saved = errno;
    char line[LINE_MAX_LENGTH];
    size_t used = append(line, 0, "thrum: ");
    va_list parts;

    va_start(parts, part);
    for (; part; part = va_arg(parts, const char *))
        used = append(line, used, part);
    va_end(parts);
    line[used++] = '\n';
    /* The raw call: write() is a cancellation point, and others interpose it. */
    if (syscall(SYS_write, STDERR_FILENO, line, used) < 0) { /* nobody left to tell */ }
    errno = saved;
}
