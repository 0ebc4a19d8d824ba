/* SPDX-License-Identifier: MIT */
/* Runs lttng-crash and keeps what it found; copies metadata. */
#include "config.h"
#include "record/salvage.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>
#include "record/directory.h"

enum {
    DESCRIPTORS = 16,
    ROOM = 256 << 10,     /* for the metadata of some users' processes, 30 KiB each */
    DISK_FULL = 1 << 20,  /* less than a packet */
};

/* --- room for what is written last --- */

static char *join(const char *directory, const char *name)
{
    char *path;
    return asprintf(&path, "%s/%s", directory, name) < 0 ? NULL : path;
}

void salvage_prepare(const char *directory)
{
    char *path = join(directory, ".room");
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
    if (fd >= 0) {
        posix_fallocate(fd, 0, ROOM);
        close(fd);
    }
    free(path);
}

static bool is_disk_full(const char *directory)
{
    struct statvfs room;
    return statvfs(directory, &room) == 0 && (uint64_t)room.f_bavail * room.f_frsize < DISK_FULL;
}

static void give_room_back(const char *directory)
{
    char *path = join(directory, ".room");
    if (path)
        unlink(path);
    free(path);
}

/* --- metadata --- */

static const char *metadata_from, *metadata_to;

static void copy(const char *from, const char *to, size_t size)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_TRUNC | O_CLOEXEC);
    for (ssize_t part = 1; in >= 0 && out >= 0 && size && part > 0; size -= (size_t)(part > 0 ? part : 0))
        part = sendfile(out, in, NULL, size);
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
}

/* The trace's own, in packets with their headers, is the larger one if it is whole. */
static int complete_metadata(const char *path, const struct stat *found, int type, struct FTW *at)
{
    struct stat written;
    if (type != FTW_F || strcmp(path + at->base, "metadata") != 0)
        return 0;
    char *target = join(metadata_to, path + strlen(metadata_from) + 1);
    if (target && stat(target, &written) == 0 && written.st_size < found->st_size)
        copy(path, target, (size_t)found->st_size);
    free(target);
    return 0;
}

/* --- events --- */

/* Silent, and with no signals held. */
static int spawn(char *const argv[], pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    int err = posix_spawnp(pid, argv[0], &files, &attributes, argv, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return -err;
}

static int run(char *const argv[])
{
    pid_t pid;
    int status, err = spawn(argv, &pid);
    if (err)
        return err;
    if (waitpid(pid, &status, 0) < 0)
        return -errno;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

static int64_t largest;

static int measure(const char *path, const struct stat *found, int type, struct FTW *at)
{
    if (type == FTW_F && strcmp(path + at->base, "metadata") != 0 && found->st_size > largest)
        largest = found->st_size;
    return 0;
}

static int64_t recover_events(const char *buffers, const char *directory)
{
    char program[] = "lttng-crash", option[] = "--extract", *target = join(directory, "recovered");
    if (!target)
        return -ENOMEM;
    int err = run((char *[]){program, option, target, (char *)buffers, NULL});
    largest = 0;
    if (!err)
        nftw(target, measure, DESCRIPTORS, FTW_PHYS);
    if (!largest)
        directory_remove(target);
    free(target);
    return err ? err : largest;
}

void salvage(const char *buffers, const char *directory, struct salvage *result)
{
    metadata_from = buffers;
    metadata_to = directory;
    result->disk_full = is_disk_full(directory);
    give_room_back(directory);
    nftw(buffers, complete_metadata, DESCRIPTORS, FTW_PHYS);
    result->recovered = recover_events(buffers, directory);
}
