/* SPDX-License-Identifier: MIT */
/* A child is forked while another thread holds a mutex, and waits for it: its holder is in the parent only. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void *holder(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    luck_pass();
    luck_await(2);
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

int main(void)
{
    pthread_t thread = START(holder);
    luck_await(1);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        MUST(pthread_mutex_lock(&lock_a));
        _exit(0);
    }
    luck_pass();
    join(thread);
    waitpid(child, NULL, 0);
}
