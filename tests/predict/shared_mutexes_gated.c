/* SPDX-License-Identifier: MIT */
/* As shared_mutexes, with one more mutex around both. */
#include "small.h"
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct locks {
    pthread_mutex_t lock_a, lock_b, gate;
} *locks;

static void make_locks(void)
{
    pthread_mutexattr_t shared;
    MUST(pthread_mutexattr_init(&shared));
    MUST(pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED));
    locks = mmap(NULL, sizeof *locks, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must(locks == MAP_FAILED ? errno : 0, 0, "mmap");
    MUST(pthread_mutex_init(&locks->lock_a, &shared));
    MUST(pthread_mutex_init(&locks->lock_b, &shared));
    MUST(pthread_mutex_init(&locks->gate, &shared));
}

static void first(void)
{
    MUST(pthread_mutex_lock(&locks->gate));
    UNDER(locks->lock_a, locks->lock_b);
    MUST(pthread_mutex_unlock(&locks->gate));
}

static void second(void)
{
    MUST(pthread_mutex_lock(&locks->gate));
    UNDER(locks->lock_b, locks->lock_a);
    MUST(pthread_mutex_unlock(&locks->gate));
}

int main(void)
{
    make_locks();
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
