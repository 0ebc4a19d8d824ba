/* SPDX-License-Identifier: MIT */
/* posix_spawn and exec: another program begins, and traces itself if it is dynamically linked. */
#include <alloca.h>
#include <spawn.h>
#include <stdarg.h>
#include <string.h>

#include "interpose/interpose.h"

static void tell_spawned(int result, pid_t child, const void *site)
{
    if (result == 0 && probe_on())
        probe_fork_seen(child, site);
}

OLD(posix_spawn, VERSION_FIRST)
INTERPOSE int posix_spawn(pid_t *restrict pid, const char *restrict path, const posix_spawn_file_actions_t *actions,
                          const posix_spawnattr_t *restrict attributes, char *const arguments[restrict],
                          char *const environment[restrict])
{
    pid_t child = 0;
    int result = OLD_REAL(posix_spawn)(&child, path, actions, attributes, arguments, environment);

    if (result == 0 && pid)
        *pid = child;
    tell_spawned(result, child, SITE);
    return result;
}

OLD(posix_spawnp, VERSION_FIRST)
INTERPOSE int posix_spawnp(pid_t *restrict pid, const char *restrict file, const posix_spawn_file_actions_t *actions,
                           const posix_spawnattr_t *restrict attributes, char *const arguments[restrict],
                           char *const environment[restrict])
{
    pid_t child = 0;
    int result = OLD_REAL(posix_spawnp)(&child, file, actions, attributes, arguments, environment);

    if (result == 0 && pid)
        *pid = child;
    tell_spawned(result, child, SITE);
    return result;
}

/* --- exec: async-signal-safe, and called by vfork children --- */

static void tell_exec(const char *path, const void *site)
{
    if (path && probe_on())
        probe_exec(path, site);
}

INTERPOSE int execve(const char *path, char *const arguments[], char *const environment[])
{
    tell_exec(path, SITE);
    return REAL(execve)(path, arguments, environment);
}

INTERPOSE int execv(const char *path, char *const arguments[])
{
    tell_exec(path, SITE);
    return REAL(execv)(path, arguments);
}

INTERPOSE int execvp(const char *file, char *const arguments[])
{
    tell_exec(file, SITE);
    return REAL(execvp)(file, arguments);
}

INTERPOSE int execvpe(const char *file, char *const arguments[], char *const environment[])
{
    tell_exec(file, SITE);
    return REAL(execvpe)(file, arguments, environment);
}

INTERPOSE int fexecve(int fd, char *const arguments[], char *const environment[])
{
    tell_exec("", SITE);
    return REAL(fexecve)(fd, arguments, environment);
}

INTERPOSE int execveat(int directory, const char *path, char *const arguments[], char *const environment[], int flags)
{
    tell_exec(path, SITE);
    return REAL(execveat)(directory, path, arguments, environment, flags);
}

/* How many arguments follow `first`, its NULL not counted. */
static size_t count_arguments(const char *first, va_list rest)
{
    size_t count = 0;

    for (; first; first = va_arg(rest, const char *))
        count++;
    return count;
}

/* The arguments as an array on the caller's stack, as libc makes it; `environment`: where the argument behind them goes. */
#define LIST(vector, first, environment)                                     \
    char **vector;                                                           \
    do {                                                                     \
        va_list list_, again_;                                               \
        va_start(list_, first);                                              \
        va_copy(again_, list_);                                              \
        size_t count_ = count_arguments(first, list_);                       \
        vector = alloca((count_ + 1) * sizeof(*vector));                     \
        vector[0] = (char *)(uintptr_t)first;                                \
        for (size_t i_ = 1; i_ <= count_; i_++)                              \
            vector[i_] = va_arg(again_, char *);                             \
        environment;                                                         \
        va_end(again_);                                                      \
        va_end(list_);                                                       \
    } while (0)

INTERPOSE int execl(const char *path, const char *argument, ...)
{
    LIST(arguments, argument, (void)0);
    tell_exec(path, SITE);
    return REAL(execv)(path, arguments);
}

INTERPOSE int execlp(const char *file, const char *argument, ...)
{
    LIST(arguments, argument, (void)0);
    tell_exec(file, SITE);
    return REAL(execvp)(file, arguments);
}

INTERPOSE int execle(const char *path, const char *argument, ...)
{
    char **environment;
    LIST(arguments, argument, environment = va_arg(again_, char **));
    tell_exec(path, SITE);
    return REAL(execve)(path, arguments, environment);
}
