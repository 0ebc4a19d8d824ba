/* SPDX-License-Identifier: MIT */
/* Parent and child have mutexes of their own at one address: they have nothing to do with each other. */
#include "small.h"
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;

static void first(void)
{
    UNDER(lock_a, lock_b);
}

static void second(void)
{
    UNDER(lock_b, lock_a);
}

int main(void)
{

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
    if (!getenv("LUCK")) /* it is luck, as far as locks can tell */
        must(read(pipe_ends[0], &byte, 1) == 1 ? 0 : errno, 0, "read");
    second();
    int status;
    must(waitpid(child, &status, 0) == child && status == 0 ? 0 : ECHILD, 0, "waitpid");
}
