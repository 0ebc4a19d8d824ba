/* SPDX-License-Identifier: MIT */
/* Starts, joins, leaves and ends session daemons. */
#include "config.h"
#include "record/sessiond.h"

#include <errno.h>
#include <fcntl.h>
#include <lttng/lttng.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "record/trouble.h"

/* In milliseconds. */
enum { START = 20000, LOOK = 3, KILL_TO_END = 2000, LOCK = 25000, ANSWER = 5000 };

/* Held while the shared daemon is started, joined, left or ended, so that none is ended that another is about to use. */
static const char run_path[] = "/run/lttng", lock_path[] = "/run/lttng/thrum-recording.lock";
static const char shared_pid_path[] = "/var/run/lttng/lttng-sessiond.pid";

/* In the environment of daemons that a recording started. */
#define MARK "THRUM_SESSIOND"

/* --- processes --- */

static int open_process(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

static int send_signal(int pidfd, int signal)
{
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

/* Whether the process ended within so many milliseconds. */
static bool ended(int pidfd, int timeout)
{
    struct pollfd fd = {.fd = pidfd, .events = POLLIN};
    int count;
    do
        count = poll(&fd, 1, timeout);
    while (count < 0 && errno == EINTR);
    return count > 0;
}

/* Whether a recording started that daemon. */
static bool has_mark(pid_t pid)
{
    char path[64], *entry = NULL;
    size_t room = 0;
    bool found = false;
    snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
    FILE *file = fopen(path, "re");
    while (file && !found && getdelim(&entry, &room, '\0', file) > 0)
        found = strcmp(entry, MARK "=1") == 0;
    free(entry);
    if (file)
        fclose(file);
    return found;
}

/* --- end --- */

/*
 * No daemon is ended gently: all is on disk, and what it does in its last second is of no use. It would wait for its sessions to
 * end, which takes half a second each, and one of LTTng 2.13 may never end: a process died while it wrote an event.
 * With its consumer and helpers, which are in its group.
 */
static void end_shared(struct sessiond *daemon)
{
    kill(-daemon->pid, SIGKILL);
    send_signal(daemon->pidfd, SIGKILL);
    ended(daemon->pidfd, KILL_TO_END);
    if (daemon->child)
        waitpid(daemon->child, NULL, WNOHANG);
}

static void end_private(struct sessiond *daemon)
{
    if (!daemon->child)
        return;
    kill(-daemon->child, SIGKILL);
    /* As they end, this process inherits their children. */
    for (int waited = 0; waited < KILL_TO_END && waitpid(-daemon->child, NULL, WNOHANG) >= 0; waited += LOOK)
        poll(NULL, 0, LOOK);
}

/* --- start --- */

static void redirect(const char *home)
{
    char *log;
    int in = open("/dev/null", O_RDONLY);
    int out = asprintf(&log, "%s/sessiond.log", home) < 0 ? -1 : open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (in >= 0)
        dup2(in, STDIN_FILENO);
    if (out < 0)
        out = open("/dev/null", O_WRONLY);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
}

/* In the new process: away from the terminal and its signals; a private daemon ends with the recording, however that ends. */
static _Noreturn void become(const char *home, bool shared, pid_t parent)
{
    char *load;
    sigset_t none;
    setsid();
    if (!shared) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent)
            _exit(EXIT_FAILURE);
    }
    signal(SIGPIPE, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    redirect(home);
    unsetenv("LD_PRELOAD");
    setenv("LTTNG_HOME", home, 1);
    setenv(MARK, "1", 1);
    /* Not the sessions that a daemon of the user's own would load as it starts. */
    if (chdir("/") == 0 && asprintf(&load, "--load=%s/none", home) >= 0)
        execlp("lttng-sessiond", "lttng-sessiond", "--no-kernel", load, NULL);
    _exit(errno == ENOENT ? 127 : 126);
}

/* The last line of the daemon's log, to be freed; NULL where it wrote none. */
static char *last_words(const char *home)
{
    char *path, *line = NULL;
    size_t room = 0;
    if (asprintf(&path, "%s/sessiond.log", home) < 0)
        return NULL;
    FILE *file = fopen(path, "re");
    free(path);
    while (file && getline(&line, &room, file) > 0)
        line[strcspn(line, "\n")] = '\0';
    if (file)
        fclose(file);
    return line;
}

static int tell_died(struct sessiond *daemon, const char *home, char **trouble)
{
    int status = 0;
    char *words = last_words(home);
    waitpid(daemon->child, &status, 0);
    daemon->child = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        trouble_tell(trouble, ENOENT, "lttng-sessiond isn't installed, and recording through LTTng needs it: apt-get install lttng-tools");
    else
        trouble_tell(trouble, EIO, "the LTTng session daemon doesn't start: %s", words ? words : "it ended without a word");
    free(words);
    return -EIO;
}

static int wait_until_ready(struct sessiond *daemon, const char *home, char **trouble)
{
    for (int waited = 0; waited < START; waited += LOOK) {
        if (lttng_session_daemon_alive() == 1)
            return 0;
        if (ended(daemon->pidfd, LOOK))
            return tell_died(daemon, home, trouble);
    }
    kill(-daemon->child, SIGKILL);
    return trouble_tell(trouble, ETIMEDOUT, "the LTTng session daemon doesn't answer; is the machine out of memory or processes?");
}

static int start(struct sessiond *daemon, const char *home, char **trouble)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/none", home);
    mkdir(path, 0700);
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        become(home, daemon->shared, parent);
    if (pid < 0)
        return trouble_tell(trouble, errno, "can't start the LTTng session daemon: %s", strerror(errno));
    daemon->child = daemon->pid = pid;
    daemon->pidfd = open_process(pid);
    if (daemon->pidfd < 0)
        return trouble_tell(trouble, errno, "can't watch the LTTng session daemon: %s", strerror(errno));
    return wait_until_ready(daemon, home, trouble);
}

/* --- root's --- */

static void unlock(struct sessiond *daemon)
{
    if (daemon->lock >= 0)
        close(daemon->lock);
    daemon->lock = -1;
}

/* Not for ever: a recording whose daemon is stuck must not take the others with it. */
static int lock(struct sessiond *daemon, char **trouble)
{
    int err = 0;
    mkdir(run_path, 0755); /* as the daemon itself does */
    daemon->lock = open(lock_path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (daemon->lock < 0)
        return trouble_tell(trouble, errno, "can't open %s: %s", lock_path, strerror(errno));
    for (int waited = 0; waited < LOCK; waited += LOOK) {
        err = flock(daemon->lock, LOCK_EX | LOCK_NB) < 0 ? errno : 0;
        if (err != EWOULDBLOCK && err != EINTR)
            break;
        poll(NULL, 0, LOOK);
    }
    if (!err)
        return 0;
    unlock(daemon);
    return trouble_tell(trouble, err, "can't lock %s: %s", lock_path,
                        err == EWOULDBLOCK ? "another recording keeps it; does its LTTng session daemon still answer 'lttng list'?"
                                           : strerror(err));
}

static pid_t shared_pid(void)
{
    int pid = 0;
    FILE *file = fopen(shared_pid_path, "re");
    if (file && fscanf(file, "%d", &pid) != 1)
        pid = 0;
    if (file)
        fclose(file);
    return pid;
}

/* A process of its own asks: a stuck daemon never answers, and liblttng-ctl waits for ever. What `ask` gave, -1: no answer. */
static int ask_in_time(int (*ask)(void))
{
    int status = 0;
    pid_t pid = fork();
    if (pid < 0)
        return -1;
    if (pid == 0)
        _exit(ask());
    int pidfd = open_process(pid);
    if (pidfd < 0 || !ended(pidfd, ANSWER))
        kill(pid, SIGKILL);
    if (pidfd >= 0)
        close(pidfd);
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* 0: there is no session of anybody's. */
static int ask_for_sessions(void)
{
    struct lttng_session *sessions = NULL;
    return lttng_list_sessions(&sessions) != 0;
}

static int tell_stuck(struct sessiond *daemon, char **trouble)
{
    static const char words[] = "runs but doesn't answer: end it, or record without LTTng";
    if (daemon->pid > 0)
        return trouble_tell(trouble, ETIMEDOUT, "root's LTTng session daemon, process %d, %s", (int)daemon->pid, words);
    return trouble_tell(trouble, ETIMEDOUT, "root's LTTng session daemon %s", words);
}

static int join_shared(struct sessiond *daemon, const char *home, char **trouble)
{
    int err = lock(daemon, trouble);
    if (err)
        return err;
    if (lttng_session_daemon_alive() != 1)
        return start(daemon, home, trouble);
    daemon->pid = shared_pid();
    daemon->pidfd = daemon->pid > 0 ? open_process(daemon->pid) : -1;
    return ask_in_time(ask_for_sessions) < 0 ? tell_stuck(daemon, trouble) : 0;
}

/* Whether a session of anybody is left; where that can't be known it is taken for one. */
static bool has_sessions(void)
{
    return ask_in_time(ask_for_sessions) != 0;
}

static void leave_shared(struct sessiond *daemon)
{
    char *trouble = NULL;
    if (daemon->pidfd < 0)
        return; /* none was joined, or it can't be ended */
    if (daemon->lock >= 0 || lock(daemon, &trouble) == 0)
        if (has_mark(daemon->pid) && !has_sessions())
            end_shared(daemon);
    free(trouble);
}

/* --- all --- */

static int join_private(struct sessiond *daemon, const char *home, char **trouble)
{
    if (setenv("LTTNG_HOME", home, 1) < 0)
        return -errno;
    /* For members of the group liblttng-ctl would talk to root's daemon, if there is one: so be in none. */
    lttng_set_tracing_group("thrum: private");
    return start(daemon, home, trouble);
}

int sessiond_join(struct sessiond *daemon, const char *home, char **trouble)
{
    *daemon = (struct sessiond){.shared = getuid() == 0, .pidfd = -1, .lock = -1};
    int err = daemon->shared ? join_shared(daemon, home, trouble) : join_private(daemon, home, trouble);
    if (err)
        sessiond_leave(daemon);
    return err;
}

void sessiond_joined(struct sessiond *daemon)
{
    unlock(daemon);
}

bool sessiond_runs(const struct sessiond *daemon)
{
    return daemon->pidfd < 0 || !ended(daemon->pidfd, 0);
}

void sessiond_leave(struct sessiond *daemon)
{
    if (daemon->shared)
        leave_shared(daemon);
    else
        end_private(daemon);
    unlock(daemon);
    if (daemon->pidfd >= 0)
        close(daemon->pidfd);
    daemon->pidfd = -1;
}
