/* SPDX-License-Identifier: MIT */
/*
 * Closes descriptors as daemons do, and children before they exec: all from some number on, in every way that there is, while
 * a tracer's own threads use descriptors of theirs. Says which numbers it got, and what closing came to.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *locks(void *unused)
{
    for (int i = 0; i < 1000; i++) {
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
    }
    return unused;
}

static void threads_lock(void)
{
    pthread_t threads[2];

    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, locks, NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
}

static int open_some(void)
{
    int file = open("/dev/null", O_RDONLY), there[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, there) != 0)
        abort();
    return file * 10000 + there[0] * 100 + there[1];
}

static int close_each(void)
{
    struct rlimit limit;
    int closed = 0;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        abort();
    for (int fd = 3; fd < (int)limit.rlim_cur && fd < 4096; fd++)
        closed += close(fd) == 0 ? 1 : errno == EBADF ? 0 : 100000;
    return closed;
}

/* As a test of itself: 0 is what bare gives. */
static int child(int way)
{
    open_some();
    switch (way % 4) {
    case 0:
        if (close_each() != 3)
            return 1;
        break;
    case 1:
        if (close_range(3, ~0U, 0) != 0)
            return 2;
        break;
    case 2:
        closefrom(3);
        break;
    case 3:
        if (dup2(1, 100) != 100 || close_range(3, 5, 0) != 0 || close_range(99, 2000, 0) != 0)
            return 3;
        break;
    }
    if (open_some() != 30405)
        return 4;
    threads_lock();
    return 0;
}

int main(void)
{
    int failed = 0, status;

    printf("opened %d\n", open_some());
    threads_lock();
    printf("closed %d\n", close_each());
    for (int i = 0; i < 40; i++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(child(i));
        if (waitpid(pid, &status, 0) != pid || status != 0) {
            printf("child %d: %#x\n", i, (unsigned)status);
            failed++;
        }
    }
    closefrom(3);
    printf("opened %d, %d children failed\n", open_some(), failed);
    threads_lock();
    return failed;
}
