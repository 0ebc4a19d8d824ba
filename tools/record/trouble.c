/* SPDX-License-Identifier: MIT */
/* Formats lines of trouble. */
#include "config.h"
#include "record/trouble.h"

#include <stdarg.h>
#include <stdio.h>

int trouble_tell(char **trouble, int err, const char *format, ...)
{
    va_list args;
    if (*trouble)
        return -err;
    va_start(args, format);
    if (vasprintf(trouble, format, args) < 0)
        *trouble = NULL;
    va_end(args);
    return -err;
}
