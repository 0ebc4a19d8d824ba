/* SPDX-License-Identifier: MIT */
/* Makes, closes off and removes directories of recordings. */
#include "config.h"
#include "record/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "record/trouble.h"

enum { DESCRIPTORS = 16 };

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

/* thrum-PROGRAM-YYYYMMDD-HHMMSS, with -2, -3 ... where one of this second is there. */
static int make_default(struct directory *directory, const char *program, char **trouble)
{
    char moment[32];
    time_t now = time(NULL);
    struct tm local;
    strftime(moment, sizeof(moment), "%Y%m%d-%H%M%S", localtime_r(&now, &local));
    for (int turn = 1;; turn++) {
        int length = turn == 1 ? asprintf(&directory->path, "thrum-%s-%s", last_part(program), moment)
                               : asprintf(&directory->path, "thrum-%s-%s-%d", last_part(program), moment, turn);
        if (length < 0) {
            directory->path = NULL;
            return -ENOMEM;
        }
        if (mkdir(directory->path, 0700) == 0)
            break;
        if (errno != EEXIST)
            return trouble_tell(trouble, errno, "can't make the directory %s here: %s; name another with -o DIR",
                                directory->path, strerror(errno));
        free(directory->path);
    }
    directory->made = true;
    return 0;
}

static bool is_empty(int fd)
{
    DIR *stream = fdopendir(dup(fd));
    bool empty = stream != NULL;
    for (const struct dirent *entry; empty && (entry = readdir(stream));)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    if (stream)
        closedir(stream);
    return empty;
}

/* Takes a directory that was there: only an empty one of the caller's own, and not through a link that another laid. */
static int take(struct directory *directory, char **trouble)
{
    const char *path = directory->path;
    struct stat found;
    int result = 0;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return trouble_tell(trouble, errno, "%s is there and isn't a directory; name another with -o DIR", path);
    if (fstat(fd, &found) < 0)
        result = -errno;
    else if (!is_empty(fd))
        result = trouble_tell(trouble, ENOTEMPTY, "%s isn't empty; name another with -o DIR, or remove it", path);
    else if (found.st_uid != geteuid())
        result = trouble_tell(trouble, EPERM, "%s belongs to another user; name another with -o DIR", path);
    else if (fchmod(fd, 0700) < 0)
        result = trouble_tell(trouble, errno, "can't make %s private: %s", path, strerror(errno));
    close(fd);
    return result;
}

static int make_wanted(struct directory *directory, const char *wanted, char **trouble)
{
    size_t length = strlen(wanted);
    while (length > 1 && wanted[length - 1] == '/')
        length--;
    directory->path = strndup(wanted, length);
    if (!directory->path)
        return -ENOMEM;
    directory->made = mkdir(directory->path, 0700) == 0;
    if (directory->made)
        return 0;
    if (errno == EEXIST)
        return take(directory, trouble);
    return trouble_tell(trouble, errno, "can't make the directory %s: %s; name another with -o DIR", directory->path, strerror(errno));
}

int directory_make(struct directory *directory, const char *wanted, const char *program, char **trouble)
{
    *directory = (struct directory){0};
    int err = wanted ? make_wanted(directory, wanted, trouble) : make_default(directory, program, trouble);
    if (!err && !(directory->absolute = realpath(directory->path, NULL)))
        err = -errno;
    if (!err)
        return 0;
    directory_free(directory);
    return trouble_tell(trouble, -err, "can't make a directory for the recording: %s", strerror(-err));
}

static int keep_private(const char *path, const struct stat *found, int type, struct FTW *at)
{
    (void)at;
    if (type == FTW_SL || type == FTW_NS)
        return 0;
    mode_t mode = S_ISDIR(found->st_mode) ? 0700 : 0600;
    if ((found->st_mode & 07777) == mode || chmod(path, mode) == 0)
        return 0;
    return -errno;
}

int directory_keep_private(const char *absolute)
{
    int result = nftw(absolute, keep_private, DESCRIPTORS, FTW_PHYS);
    return result == -1 ? -errno : result;
}

static int remove_one(const char *path, const struct stat *found, int type, struct FTW *at)
{
    (void)found, (void)type, (void)at;
    remove(path);
    return 0;
}

static int remove_below(const char *path, const struct stat *found, int type, struct FTW *at)
{
    return at->level ? remove_one(path, found, type, at) : 0;
}

void directory_remove(const char *absolute)
{
    nftw(absolute, remove_one, DESCRIPTORS, FTW_PHYS | FTW_DEPTH);
}

void directory_discard(const struct directory *directory)
{
    nftw(directory->absolute, directory->made ? remove_one : remove_below, DESCRIPTORS, FTW_PHYS | FTW_DEPTH);
}

void directory_free(struct directory *directory)
{
    free(directory->path);
    free(directory->absolute);
    *directory = (struct directory){0};
}
