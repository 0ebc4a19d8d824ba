/* SPDX-License-Identifier: MIT */
/* Follows a file that grows: tells when it has, and hands out its new lines, whole ones only. */
#ifndef THRUM_CHECK_FOLLOW_H
#define THRUM_CHECK_FOLLOW_H

#include <stddef.h>

struct follow {
    int file;
    int changes; /* becomes readable when there may be more lines; -1 where that can't be told */
    char *pending;
    size_t used, room;
};

/* Makes the file, for its owner only; 0 or -errno. */
int follow_open(struct follow *, const char *path);

/* Calls `take` for each line that has come since, without its newline. */
void follow_read(struct follow *, void (*take)(void *data, const char *line), void *data);

void follow_close(struct follow *);

#endif
