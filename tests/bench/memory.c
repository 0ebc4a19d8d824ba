/* SPDX-License-Identifier: MIT */
/* Runs a command and prints the most memory that it had to itself, in MiB: files that it maps aren't counted. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Kilobytes of RssAnon, 0 where the process is gone. */
static long anonymous(pid_t pid)
{
    char path[64], line[256];
    long kilobytes = 0;
    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    FILE *status = fopen(path, "r");
    while (status && fgets(line, sizeof(line), status))
        if (strncmp(line, "RssAnon:", 8) == 0)
            kilobytes = atol(line + 8);
    if (status)
        fclose(status);
    return kilobytes;
}

int main(int argc, char **argv)
{
    long most = 0;
    pid_t child = argc > 1 ? fork() : -1;
    if (child < 0)
        return 2;
    if (child == 0) {
        dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
        dup2(STDOUT_FILENO, STDERR_FILENO);
        execv(argv[1], argv + 1);
        _exit(127);
    }
    while (waitpid(child, NULL, WNOHANG) == 0) {
        long now = anonymous(child);
        most = now > most ? now : most;
        usleep(1000);
    }
    printf("%.1f\n", (double)most / 1024);
    return 0;
}
