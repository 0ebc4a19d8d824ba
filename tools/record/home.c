/* SPDX-License-Identifier: MIT */
/* Makes and removes the directories, also those that were left behind. */
#include "config.h"
#include "record/home.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "record/directory.h"
#include "record/trouble.h"

static const char place[] = "/dev/shm";
#define PREFIX "thrum-recording-"

enum { FRESH = 60 }; /* seconds in which a new one is locked at the latest */

/* A descriptor that holds the lock, -1 where somebody else does, or it isn't ours. */
static int lock(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat found;
    if (fd < 0)
        return -1;
    if (fstat(fd, &found) == 0 && found.st_uid == geteuid() && flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    close(fd);
    return -1;
}

static void remove_if_left(const char *name)
{
    char path[sizeof(place) + 256];
    struct stat found;
    snprintf(path, sizeof(path), "%s/%s", place, name);
    if (lstat(path, &found) < 0 || found.st_uid != geteuid() || found.st_mtime > time(NULL) - FRESH)
        return;
    int fd = lock(path);
    if (fd < 0)
        return;
    directory_remove(path);
    close(fd);
}

static void remove_left_ones(void)
{
    DIR *stream = opendir(place);
    for (const struct dirent *entry; stream && (entry = readdir(stream));)
        if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) == 0)
            remove_if_left(entry->d_name);
    if (stream)
        closedir(stream);
}

int home_make(struct home *home, char **trouble)
{
    *home = (struct home){.lock = -1};
    remove_left_ones();
    if (asprintf(&home->path, "%s/" PREFIX "XXXXXX", place) < 0) {
        home->path = NULL;
        return -ENOMEM;
    }
    if (!mkdtemp(home->path)) {
        int err = errno;
        free(home->path);
        home->path = NULL;
        return trouble_tell(trouble, err, "can't make a directory in %s: %s; LTTng needs shared memory", place, strerror(err));
    }
    home->lock = lock(home->path);
    return 0;
}

void home_remove(struct home *home)
{
    if (home->path)
        directory_remove(home->path);
    if (home->lock >= 0)
        close(home->lock);
    free(home->path);
    *home = (struct home){.lock = -1};
}
