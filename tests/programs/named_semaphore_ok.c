/* SPDX-License-Identifier: MIT */
/* A named semaphore is closed and opened again, at the same address, and waited for until another process posts it. */
#include "play.h"
#include <sys/wait.h>

static sem_t *open_named(const char *name)
{
    sem_t *semaphore = sem_open(name, O_CREAT, 0600, 0);

    MUST_SEM(semaphore == SEM_FAILED ? -1 : 0);
    return semaphore;
}

int main(void)
{
    char name[32];

    snprintf(name, sizeof(name), "/thrum-%d", getpid());
    MUST_SEM(sem_close(open_named(name)));
    sem_t *came = open_named(name);
    pid_t child = fork();
    if (child == 0) {
        usleep(200000);
        sem_post(came);
        _exit(0);
    }
    MUST_SEM(sem_wait(came));
    MUST_SEM(sem_close(came));
    MUST_SEM(sem_unlink(name));
    waitpid(child, NULL, 0);
}
