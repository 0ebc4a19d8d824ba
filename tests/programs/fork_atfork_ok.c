/* SPDX-License-Identifier: MIT */
/* The handlers of fork take a mutex before it and give it back behind it, in both processes. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
#include <sys/wait.h>
#include <unistd.h>

static void before(void)
{
    MUST(pthread_mutex_lock(&lock_a));
}

static void after(void)
{
    MUST(pthread_mutex_unlock(&lock_a));
}

static void *worker(void *unused)
{
    for (int i = 0; i < 100; i++) {
        MUST(pthread_mutex_lock(&lock_a));
        MUST(pthread_mutex_unlock(&lock_a));
    }
    return unused;
}

int main(void)
{
    int status;

    MUST(pthread_atfork(before, after, after));
    pthread_t thread = START(worker);
    pid_t child = fork();
    if (child == 0) {
        MUST(pthread_mutex_lock(&lock_a));
        MUST(pthread_mutex_unlock(&lock_a));
        _exit(0);
    }
    join(thread);
    waitpid(child, &status, 0);
    return status != 0;
}
