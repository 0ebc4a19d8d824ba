/* SPDX-License-Identifier: MIT */
/* A child that became another image waits for a semaphore that its parent made and posts: all of its threads wait. */
#include "play.h"
#include <sys/mman.h>
#include <sys/wait.h>

/* The memory that both share is found by its number; the child has never made the semaphore in it. */
static sem_t *map(int memory)
{
    return mmap(NULL, sizeof(sem_t), PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
}

int main(int argc, char **argv)
{
    char number[16];
    int status = 1;

    if (argc > 1) {
        MUST_SEM(sem_wait(map(atoi(argv[1]))));
        return 0;
    }
    int memory = memfd_create("shared", 0);
    MUST_SEM(ftruncate(memory, sizeof(sem_t)));
    sem_t *came = map(memory);
    MUST_SEM(sem_init(came, 1, 0));
    snprintf(number, sizeof(number), "%d", memory);
    pid_t child = fork();
    if (child == 0) {
        execl("/proc/self/exe", argv[0], number, NULL);
        _exit(127);
    }
    usleep(200000);
    MUST_SEM(sem_post(came));
    waitpid(child, &status, 0);
    return status != 0;
}
