/* SPDX-License-Identifier: MIT */
/* A process does what it mustn't once, its forked child three times more at the same place, then the first process again. */
#include "play.h"
#include <sys/wait.h>

static pthread_mutex_t locks[5] = {[0 ... 4] = PTHREAD_MUTEX_INITIALIZER};

static void once(int number)
{
    MUST(pthread_mutex_unlock(&locks[number]));
}

int main(void)
{
    int status;

    once(0);
    pid_t child = fork();
    if (child == 0) {
        for (int i = 1; i < 4; i++)
            once(i);
        _exit(0);
    }
    MUST_SEM(waitpid(child, &status, 0) == child ? 0 : -1);
    must(status, 0, "the child");
    once(4);
}
