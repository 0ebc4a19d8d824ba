/* SPDX-License-Identifier: MIT */
/* Reads /proc/PID/task. */
#include "config.h"
#include "live/live-child.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static int for_each_task(pid_t pid, void (*take)(pid_t pid, const char *tid, void *data), void *data)
{
    char path[64];
    int count = 0;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    for (const struct dirent *entry; tasks && (entry = readdir(tasks));)
        if (*entry->d_name != '.') {
            take(pid, entry->d_name, data);
            count++;
        }
    if (tasks)
        closedir(tasks);
    return count;
}

struct children {
    pid_t first;
    int count;
};

static void add_children(pid_t pid, const char *tid, void *data)
{
    struct children *children = data;
    char path[64];
    int child;
    snprintf(path, sizeof path, "/proc/%d/task/%.16s/children", (int)pid, tid);
    FILE *file = fopen(path, "re");
    while (file && fscanf(file, "%d", &child) == 1)
        if (!children->count++)
            children->first = child;
    if (file)
        fclose(file);
}

static pid_t only_child(pid_t pid)
{
    struct children children = {0};
    for_each_task(pid, add_children, &children);
    return children.count == 1 ? children.first : 0;
}

pid_t live_child_awaited(pid_t pid, int32_t tid)
{
    char path[64];
    long number;
    unsigned long first, second;
    snprintf(path, sizeof path, "/proc/%d/task/%d/syscall", (int)pid, (int)tid);
    FILE *file = fopen(path, "re");
    int got = file ? fscanf(file, "%ld %lx %lx", &number, &first, &second) : 0;
    if (file)
        fclose(file);
    if (got != 3)
        return 0;
    if (number == SYS_wait4)
        return (int)first > 0 ? (int)first : (int)first == -1 ? only_child(pid) : 0;
    if (number != SYS_waitid)
        return 0;
    return first == P_PID ? (pid_t)second : first == P_ALL ? only_child(pid) : 0;
}

pid_t live_parent(pid_t pid)
{
    char path[64], line[256];
    int parent = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    while (file && !parent && fgets(line, sizeof line, file))
        sscanf(line, "PPid: %d", &parent);
    if (file)
        fclose(file);
    return parent;
}

static void pass(pid_t pid, const char *tid, void *data)
{
    (void)pid, (void)tid, (void)data;
}

bool live_is_alone(pid_t pid)
{
    return for_each_task(pid, pass, NULL) == 1;
}
