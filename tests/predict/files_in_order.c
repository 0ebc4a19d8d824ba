/* SPDX-License-Identifier: MIT */
/* Two processes lock two files in one order. */
#include "small.h"
#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t parent;

static int open_file(const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "/tmp/thrum-%s-%d", name, (int)parent);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    must(fd < 0 ? errno : 0, 0, path);
    return fd;
}

static void lock_both(const char *outer, const char *inner)
{
    int outer_fd = open_file(outer), inner_fd = open_file(inner);
    MUST_SEM(flock(outer_fd, LOCK_EX));
    MUST_SEM(flock(inner_fd, LOCK_EX));
    MUST_SEM(flock(inner_fd, LOCK_UN));
    MUST_SEM(flock(outer_fd, LOCK_UN));
}

static void remove_files(void)
{
    char path[64];
    snprintf(path, sizeof path, "/tmp/thrum-one-%d", (int)parent);
    unlink(path);
    snprintf(path, sizeof path, "/tmp/thrum-two-%d", (int)parent);
    unlink(path);
}

int main(void)
{
    int pipe_ends[2];
    parent = getpid();
    MUST_SEM(pipe(pipe_ends));
    pid_t child = fork();
    must(child < 0 ? errno : 0, 0, "fork");
    if (child == 0) {
        lock_both("one", "two");
        must(write(pipe_ends[1], "", 1) == 1 ? 0 : errno, 0, "write");
        return 0;
    }
    char byte;
    if (!getenv("LUCK")) /* it is luck, as far as locks can tell */
        must(read(pipe_ends[0], &byte, 1) == 1 ? 0 : errno, 0, "read");
    lock_both("one", "two");
    int status;
    must(waitpid(child, &status, 0) == child && status == 0 ? 0 : ECHILD, 0, "waitpid");
    remove_files();
}
