/* SPDX-License-Identifier: MIT */
/* What can't be read, put into words. */
#include "config.h"
#include "trace/losses.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/memory.h"

void losses_say(struct reader_losses *losses, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        text = memory_text("");
    va_end(args);
    char *all = losses->trouble ? memory_format("%s; %s", losses->trouble, text) : memory_text(text);
    free(text);
    free(losses->trouble);
    losses->trouble = all;
}
