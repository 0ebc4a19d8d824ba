/* SPDX-License-Identifier: MIT */
/* Signals of this process and of the program, and how it is started. */
#include "config.h"
#include "record/child-spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void child_held_signals(sigset_t *held)
{
    static const int signals[] = {SIGINT,  SIGQUIT, SIGTERM, SIGHUP,  SIGUSR1,
                                  SIGUSR2, SIGCHLD, SIGTSTP, SIGTTIN, SIGTTOU};
    sigemptyset(held);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        sigaddset(held, signals[i]);
}

void child_hold_signals(struct child_signals *before)
{
    sigset_t held;
    child_held_signals(&held);
    sigprocmask(SIG_BLOCK, &held, &before->mask);
    /* Where a child's end is ignored there is nothing to wait for; and a closed stderr may not end the recording. */
    sigaction(SIGCHLD, &(struct sigaction){.sa_handler = SIG_DFL}, &before->child);
    sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, &before->pipe);
}

void child_release_signals(const struct child_signals *before)
{
    sigset_t held;
    child_held_signals(&held);
    while (sigtimedwait(&held, NULL, &(struct timespec){0}) > 0) {
        /* one that came too late to mean anything */
    }
    sigaction(SIGCHLD, &before->child, NULL);
    sigaction(SIGPIPE, &before->pipe, NULL);
    sigprocmask(SIG_SETMASK, &before->mask, NULL);
}

/* In the new process. The pipe closes as the program starts; else it tells why not. */
static _Noreturn void become(const struct child_plan *plan, const struct child_signals *before, int pipe)
{
    child_release_signals(before);
    int err = -plan->prepare(plan->data);
    if (!err) {
        execvp(plan->argv[0], plan->argv);
        err = errno;
    }
    ssize_t told = write(pipe, &err, sizeof(err));
    _exit(told == sizeof(err) ? 127 : 126);
}

/* What came through the pipe: 0 where it closed without a word. */
static int read_error(int pipe)
{
    int err = 0;
    ssize_t length;
    do
        length = read(pipe, &err, sizeof(err));
    while (length < 0 && errno == EINTR);
    return length == sizeof(err) ? err : 0;
}

pid_t child_spawn(const struct child_plan *plan, const struct child_signals *before, int *exec_error)
{
    int pipe[2];
    if (pipe2(pipe, O_CLOEXEC) < 0)
        return -errno;
    pid_t pid = fork();
    if (pid == 0)
        become(plan, before, pipe[1]);
    int err = errno;
    close(pipe[1]);
    if (pid > 0) {
        *exec_error = read_error(pipe[0]);
        if (*exec_error) {
            waitpid(pid, NULL, 0);
            pid = 0;
        }
    }
    close(pipe[0]);
    return pid < 0 ? -err : pid;
}
