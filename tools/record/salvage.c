/* SPDX-License-Identifier: MIT */
/* Runs lttng-crash, and keeps what it found. */
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
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "record/directory.h"

enum { DESCRIPTORS = 16 };

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

int64_t salvage(const char *buffers, const char *directory)
{
    char program[] = "lttng-crash", option[] = "--extract", *target;
    if (asprintf(&target, "%s/recovered", directory) < 0)
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
