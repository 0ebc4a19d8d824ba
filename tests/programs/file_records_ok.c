/* SPDX-License-Identifier: MIT */
/*
 * A process that has some bytes of a file locked waits for others of them, which another process has: it holds what it
 * waits for only as far as both are in one file.
 *
 *     parent              child
 *     lock byte 0
 *                         lock byte 1
 *     wait for byte 1
 *                         unlock it
 *     got it
 */
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "play.h"

static int set(int fd, int command, short type, off_t byte)
{
    struct flock range = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

    return fcntl(fd, command, &range);
}

/* Until the process waits in a lock. */
static void await_asleep(pid_t pid)
{
    char path[64], state = 0;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    while (state != 'S') {
        FILE *file = fopen(path, "r");

        if (!file || fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
            exit(2);
        fclose(file);
    }
}

int main(void)
{
    char path[] = "/tmp/thrum-file-records-XXXXXX", byte = 0;
    int fd = mkstemp(path), status = -1, gate[2];
    pid_t child, parent = getpid();

    unlink(path);
    MUST_SEM(pipe(gate));
    MUST_SEM(set(fd, F_SETLKW, F_WRLCK, 0));
    child = fork();
    if (child == 0) {
        MUST_SEM(set(fd, F_SETLKW, F_WRLCK, 1));
        if (write(gate[1], &byte, 1) != 1)
            return 2;
        await_asleep(parent);
        MUST_SEM(set(fd, F_SETLK, F_UNLCK, 1));
        return 0;
    }
    while (read(gate[0], &byte, 1) != 1)
        ;
    MUST_SEM(set(fd, F_SETLKW, F_WRLCK, 1));
    return waitpid(child, &status, 0) == child && status == 0 ? 0 : 1;
}
