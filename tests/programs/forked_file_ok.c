/* SPDX-License-Identifier: MIT */
/*
 * A child waits for a file that its parent has locked: fcntl()'s locks aren't inherited, so it doesn't wait for itself.
 *
 *     parent              child
 *     lock the file
 *     fork
 *                         wait for the file
 *     unlock it
 *                         got it
 */
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "play.h"

static int set(int fd, int command, short type)
{
    struct flock range = {.l_type = type, .l_whence = SEEK_SET};

    return fcntl(fd, command, &range);
}

/* Until the process sleeps: in the lock, for it does nothing else. */
static void await_asleep(pid_t child)
{
    char path[64], state = 0;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)child);
    while (state != 'S') {
        FILE *file = fopen(path, "r");

        if (!file || fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
            exit(2);
        fclose(file);
    }
}

int main(void)
{
    char path[] = "/tmp/thrum-forked-file-XXXXXX";
    int fd = mkstemp(path), status = -1;
    pid_t child;

    unlink(path);
    MUST_SEM(set(fd, F_SETLKW, F_WRLCK));
    child = fork();
    if (child == 0) {
        MUST_SEM(set(fd, F_SETLKW, F_WRLCK));
        return 0;
    }
    await_asleep(child);
    MUST_SEM(set(fd, F_SETLK, F_UNLCK));
    return waitpid(child, &status, 0) == child && status == 0 ? 0 : 1;
}
