/* SPDX-License-Identifier: MIT */
/* A child is forked while another thread holds a mutex, and becomes another program. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
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
        execl("/bin/true", "true", NULL);
        _exit(127);
    }
    luck_pass();
    join(thread);
    waitpid(child, NULL, 0);
}
