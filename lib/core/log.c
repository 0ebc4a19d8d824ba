/* SPDX-License-Identifier: MIT */
/* One line on stderr, written at once so that lines of several threads don't mix. */
#include "core/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LINE_MAX_LENGTH = 512 };

static size_t append(char *line, size_t used, const char *part)
{
    size_t length = strnlen(part, LINE_MAX_LENGTH - 1 - used);

    memcpy(line + used, part, length);
    return used + length;
}

static struct stat first;
static bool was_there;

void log_start(void)
{
    was_there = fstat(STDERR_FILENO, &first) == 0;
}

bool log_is_stderr(void)
{
    int saved = errno;
    struct stat now;
    bool is;

    if (fstat(STDERR_FILENO, &now) != 0)
        is = false;
    else if (was_there && now.st_dev == first.st_dev && now.st_ino == first.st_ino)
        is = true;
    else
        is = S_ISCHR(now.st_mode) || S_ISFIFO(now.st_mode) || (S_ISREG(now.st_mode) && syscall(SYS_fcntl, STDERR_FILENO, F_GETFL) & O_APPEND);
    errno = saved;
    return is;
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
    if (log_is_stderr() && syscall(SYS_write, STDERR_FILENO, line, used) < 0) { /* nobody left to tell */ }
    errno = saved;
}
