/* SPDX-License-Identifier: MIT */
/*
 * Opposite orders in parent and child: after fork each has mutexes of its own, at the same addresses.
 *
 *     parent              child
 *     lock A, B
 *     unlock B, A
 *     fork
 *                         lock B, A
 *                         unlock A, B
 *     wait for the child
 */
#include <sys/wait.h>
#include <unistd.h>
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;

static int child(void)
{
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_b));
    return 0;
}

int main(void)
{
    int status = -1;
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_lock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_b));
    MUST(pthread_mutex_unlock(&lock_a));
    pid_t pid = fork();
    if (pid == 0)
        return child();
    return waitpid(pid, &status, 0) == pid && status == 0 ? 0 : 1;
}
