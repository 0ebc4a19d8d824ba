/* SPDX-License-Identifier: MIT */
/* Two processes lock records of two files in opposite orders. */
#include "small.h"
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <sys/wait.h>

static int open_lock(const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "/tmp/thrum-%s-%d", name, (int)getpid());
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    must(fd < 0 ? errno : 0, 0, path);
    unlink(path);
    return fd;
}

/* A record of the file: fcntl's locks belong to the process. */
static void lock_record(int fd, short type)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_len = 1};
    MUST_SEM(fcntl(fd, F_SETLKW, &lock));
}

static int one_fd, other_fd;

static void first(void)
{
    lock_record(one_fd, F_WRLCK);
    lock_record(other_fd, F_WRLCK);
    lock_record(other_fd, F_UNLCK);
    lock_record(one_fd, F_UNLCK);
}

static void second(void)
{
    lock_record(other_fd, F_WRLCK);
    lock_record(one_fd, F_WRLCK);
    lock_record(one_fd, F_UNLCK);
    lock_record(other_fd, F_UNLCK);
}

int main(void)
{
    one_fd = open_lock("one");
    other_fd = open_lock("other");
    int pipe_ends[2];
    MUST_SEM(pipe(pipe_ends));
    pid_t child = fork();
    must(child < 0 ? errno : 0, 0, "fork");
    if (child == 0) {
        first();
        must(write(pipe_ends[1], "", 1) == 1 ? 0 : errno, 0, "write");
        return 0;
    }
    char byte;
    must(read(pipe_ends[0], &byte, 1) == 1 ? 0 : errno, 0, "read"); /* luck, as far as locks can tell */
    second();
    int status;
    must(waitpid(child, &status, 0) == child && status == 0 ? 0 : ECHILD, 0, "waitpid");
}
