/* SPDX-License-Identifier: MIT */
/* Follows a file that grows. */
#include "config.h"
#include "check/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>
#include "base/memory.h"

int follow_open(struct follow *follow, const char *path)
{
    *follow = (struct follow){.changes = -1};
    follow->file = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (follow->file < 0)
        return -errno;
    follow->changes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (follow->changes >= 0 && inotify_add_watch(follow->changes, path, IN_MODIFY) < 0) {
        close(follow->changes);
        follow->changes = -1;
    }
    return 0;
}

/* Hands out the whole lines of what is pending; the rest moves to the front. */
static void hand_out(struct follow *follow, void (*take)(void *, const char *), void *data)
{
    char *line = follow->pending, *end = follow->pending + follow->used, *newline;
    while ((newline = memchr(line, '\n', (size_t)(end - line)))) {
        *newline = '\0';
        take(data, line);
        line = newline + 1;
    }
    follow->used = (size_t)(end - line);
    memmove(follow->pending, line, follow->used);
}

void follow_read(struct follow *follow, void (*take)(void *data, const char *line), void *data)
{
    char changes[4096];
    ssize_t got;
    while (follow->changes >= 0 && read(follow->changes, changes, sizeof(changes)) > 0)
        continue;
    do {
        follow->pending = memory_grow(follow->pending, follow->used + sizeof(changes), &follow->room, 1);
        got = read(follow->file, follow->pending + follow->used, sizeof(changes));
        if (got > 0) {
            follow->used += (size_t)got;
            hand_out(follow, take, data);
        }
    } while (got > 0);
}

void follow_close(struct follow *follow)
{
    close(follow->file);
    if (follow->changes >= 0)
        close(follow->changes);
    free(follow->pending);
}
