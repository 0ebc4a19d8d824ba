/* SPDX-License-Identifier: MIT */
/* All threads wait, until another process posts the semaphore that both share. */
#include "play.h"
#include <sys/mman.h>
#include <sys/wait.h>

int main(void)
{
    sem_t *came = mmap(NULL, sizeof(*came), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    MUST_SEM(sem_init(came, 1, 0));
    pid_t child = fork();
    if (child == 0) {
        usleep(200000);
        sem_post(came);
        _exit(0);
    }
    MUST_SEM(sem_wait(came));
    waitpid(child, NULL, 0);
}
