/* SPDX-License-Identifier: MIT */
/* One locks a file under a mutex, the other the mutex with the file locked. */
#include "small.h"
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static int one_fd, other_fd;

static void *first(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    MUST_SEM(flock(one_fd, LOCK_EX));
    MUST_SEM(flock(one_fd, LOCK_UN));
    MUST(pthread_mutex_unlock(&lock_a));
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    MUST_SEM(flock(other_fd, LOCK_EX));
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST_SEM(flock(other_fd, LOCK_UN));
    return unused;
}

int main(void)
{
    char path[64];
    snprintf(path, sizeof path, "/tmp/thrum-file-%d", (int)getpid());
    one_fd = open(path, O_RDWR | O_CREAT, 0600);
    other_fd = open(path, O_RDWR);
    must(one_fd < 0 || other_fd < 0 ? errno : 0, 0, path);
    unlink(path);
    RUN_BOTH(first, second);
}
