/* SPDX-License-Identifier: MIT */
/* Processes: how they are born and how they end. */
#include <fcntl.h>
#include <pty.h>
#include <sched.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "conform.h"

extern char **environ;
pid_t __vfork(void);
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int order[2];

static void note(const char *word)
{
    if (write(order[1], word, strlen(word)) < 0)
        abort();
}

/* What was noted since. */
static void expect_notes(const char *what, const char *wanted)
{
    char text[256] = "";

    note(".");
    for (size_t used = 0; used == 0 || text[used - 1] != '.';) {
        ssize_t got = read(order[0], text + used, sizeof(text) - 1 - used);
        if (got <= 0)
            abort();
        used += (size_t)got;
    }
    text[strlen(text) - 1] = 0;
    expect_number(what, strcmp(text, wanted), 0);
    if (strcmp(text, wanted) != 0)
        printf("# %s\n", text);
}

static int prepared, parents, children;
static void prepare(void) { pthread_mutex_lock(&mutex); prepared++; }
static void parent(void) { parents++; pthread_mutex_unlock(&mutex); }
static void child(void) { children++; pthread_mutex_unlock(&mutex); }

static int locks(void *unused)
{
    (void)unused;
    return pthread_mutex_lock(&mutex) || pthread_mutex_unlock(&mutex) ? 1 : 23 + children;
}

static void forks(void)
{
    int master;
    pid_t pid;

    pthread_atfork(prepare, parent, child);
    expect_number("fork: the child locks what its handler unlocked", in_child(locks, NULL), 24);
    fflush(stdout);
    pid = forkpty(&master, NULL, NULL, NULL);
    if (pid == 0)
        _exit(isatty(0) ? 24 + children : 1);
    expect_number("forkpty", status_of(pid), 25);
    close(master);
    expect_number("handlers before fork", prepared, 2);
    expect_number("handlers after fork", parents, 2);
    pid = _Fork();
    if (pid == 0)
        _exit(25 + children);
    expect_number("_Fork: no handlers", status_of(pid), 25);
    expect_number("_Fork: no handlers", prepared + parents, 4);
    pid = (pid_t)syscall(SYS_fork);
    if (pid == 0)
        _exit(getpid() == gettid() ? 26 : 1);
    expect_number("syscall: fork", status_of(pid), 26);
    pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0)
        _exit(27);
    expect_number("syscall: clone", status_of(pid), 27);
}

static int cloned(void *data)
{
    *(int *)data = 1;
    return locks(NULL);
}

static void clones(void)
{
    enum { STACK = 16384 };
    char *stack = malloc(STACK);
    int seen = 0;
    pid_t pid = clone(cloned, stack + STACK, SIGCHLD, &seen);

    expect_number("clone: status", status_of(pid), 23);
    expect_number("clone: memory of its own", seen, 0);
    pid = clone(cloned, stack + STACK, CLONE_VM | CLONE_VFORK | SIGCHLD, &seen);
    expect_number("clone, sharing: status", status_of(pid), 23);
    expect_number("clone, sharing: memory", seen, 1);
    expect_errno("clone: nothing to run", clone(NULL, stack + STACK, SIGCHLD, NULL), EINVAL);
    expect_errno("clone: bad flags", clone(cloned, stack + STACK, CLONE_SIGHAND | SIGCHLD, NULL), EINVAL);
    free(stack);
}

static void vforks(void)
{
    volatile int shared = 0;
    pid_t pid = vfork();

    if (pid == 0) {
        shared = 5;
        _exit(28);
    }
    expect_number("vfork: status", status_of(pid), 28);
    expect_number("vfork: memory", shared, 5);
    pid = vfork();
    if (pid == 0) {
        execl("/nonexistent", "nonexistent", NULL);
        _exit(errno == ENOENT ? 29 : 1);
    }
    expect_number("vfork: exec fails", status_of(pid), 29);
    pid = __vfork();
    if (pid == 0) {
        pid_t inner = vfork();
        if (inner == 0)
            _exit(30);
        _exit(inner > 0 ? 31 : 1);
    }
    expect_number("__vfork: with a vfork inside", status_of(pid), 31);
    expect("pthread_mutex_lock: after all that", pthread_mutex_lock(&mutex), 0);
    expect("pthread_mutex_unlock: after all that", pthread_mutex_unlock(&mutex), 0);
}

static void spawns(void)
{
    char *arguments[] = {"sh", "-c", "exit $STATUS", NULL}, *environment[] = {"STATUS=33", NULL};
    pid_t pid = -5;

    expect("posix_spawn", posix_spawn(&pid, "/bin/sh", NULL, NULL, arguments, environment), 0);
    expect_number("posix_spawn: status", status_of(pid), 33);
    expect("posix_spawnp", posix_spawnp(&pid, "sh", NULL, NULL, arguments, environment), 0);
    expect_number("posix_spawnp: status", status_of(pid), 33);
    pid = -5;
    expect("posix_spawn: not there", posix_spawn(&pid, "/nonexistent", NULL, NULL, arguments, environ), ENOENT);
    expect_number("posix_spawn: no child", pid, -5);
    expect("posix_spawnp: not there", posix_spawnp(&pid, "nonexistent", NULL, NULL, arguments, environ), ENOENT);
}

/* Each replaces a child by a shell that exits with 40 and its number. */
static int execs(void *number)
{
    char *arguments[] = {"sh", "-c", "exit $((40 + STATUS))", NULL}, status[] = "STATUS=0", *environment[] = {status, NULL};
    int fd = open("/bin/sh", O_RDONLY | O_CLOEXEC);

    status[7] = (char)('0' + (long)number);
    putenv(status);
    switch ((long)number) {
    case 0: execl("/bin/sh", "sh", "-c", "exit $((40 + STATUS))", NULL); break;
    case 1: execle("/bin/sh", "sh", "-c", "exit $((40 + STATUS))", NULL, environment); break;
    case 2: execlp("sh", "sh", "-c", "exit $((40 + STATUS))", NULL); break;
    case 3: execv("/bin/sh", arguments); break;
    case 4: execve("/bin/sh", arguments, environment); break;
    case 5: execvp("sh", arguments); break;
    case 6: execvpe("sh", arguments, environment); break;
    case 7: fexecve(fd, arguments, environment); break;
    case 8: execveat(AT_FDCWD, "/bin/sh", arguments, environment, 0); break;
    }
    return 1;
}

static void execs_all(void)
{
    static const char *const names[] = {"execl", "execle", "execlp", "execv", "execve", "execvp", "execvpe", "fexecve", "execveat"};
    char *none[] = {NULL};

    for (long i = 0; i < 9; i++)
        expect_number(names[i], in_child(execs, (void *)i), 40 + i);
    expect_errno("execv: not there", execv("/nonexistent", none), ENOENT);
    expect_errno("execvp: not there", execvp("nonexistent", none), ENOENT);
    expect_errno("execve: a directory", execve("/", none, none), EACCES);
    expect_errno("execl: many arguments, not there",
                 execl("/nonexistent", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", NULL), ENOENT);
}

/* --- ends --- */

static void at_exit_one(void) { pthread_mutex_lock(&mutex); note("one "); pthread_mutex_unlock(&mutex); }
static void at_exit_two(void) { note("two "); }
static void at_quick_exit_one(void) { note("quick "); }

static int ends(void *how)
{
    atexit(at_exit_one);
    atexit(at_exit_two);
    at_quick_exit(at_quick_exit_one);
    switch ((long)how) {
    case 0: exit(50);
    case 1: _exit(51);
    case 2: _Exit(52);
    case 3: quick_exit(53);
    default: abort();
    }
}

/* The child tells, since nobody can wait for it. */
static int becomes_daemon(void *unused)
{
    (void)unused;
    if (daemon(1, 1) != 0)
        return 1;
    note(getppid() != 0 && getsid(0) != 0 ? "daemon" : "no daemon");
    return 0;
}

static void ends_all(void)
{
    static const struct {
        const char *name, *notes;
        int status;
    } ways[] = {{"exit", "two one ", 50}, {"_exit", "", 51}, {"_Exit", "", 52}, {"quick_exit", "quick ", 53}, {"abort", "", 128 + SIGABRT}};

    for (long i = 0; i < 5; i++) {
        expect_number(ways[i].name, in_child(ends, (void *)i), ways[i].status);
        expect_notes("its handlers", ways[i].notes);
    }
}

void conform_process(void)
{
    if (pipe(order) != 0)
        abort();
    forks();
    clones();
    vforks();
    spawns();
    execs_all();
    ends_all();
    expect_number("daemon: its parent's status", in_child(becomes_daemon, NULL), 0);
    char text[16] = "";
    if (read(order[0], text, sizeof(text) - 1) < 0)
        abort();
    expect_number("daemon: the child", strcmp(text, "daemon"), 0);
    close(order[0]), close(order[1]);
}
