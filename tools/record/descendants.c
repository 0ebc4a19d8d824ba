/* SPDX-License-Identifier: MIT */
/* Finds descendants by going through /proc. */
#include "config.h"
#include "record/descendants.h"

#include <ctype.h>
#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct process {
    pid_t pid;
    pid_t parent;
    bool descends;
};

struct processes {
    struct process *at;
    size_t count, room;
};

/* Reads /proc/PID/stat; false for a process that is gone or only waits to be reaped. Its first thread may well be gone before it. */
static bool read_process(const char *pid, struct process *process)
{
    char path[64], line[512];
    snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    size_t length = fread(line, 1, sizeof(line) - 1, file);
    fclose(file);
    line[length] = '\0';
    /* The program's name stands in parentheses, and may hold some itself. */
    const char *name_end = strrchr(line, ')');
    char state;
    int parent, threads;
    if (!name_end || sscanf(name_end + 1, " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %d", &state, &parent,
                            &threads) != 3)
        return false;
    if (state == 'X' || (state == 'Z' && threads <= 1))
        return false;
    *process = (struct process){.pid = (pid_t)atol(pid), .parent = parent};
    return true;
}

static void add(struct processes *all, const struct process *process)
{
    if (all->count == all->room) {
        size_t room = all->room ? 2 * all->room : 256;
        struct process *at = reallocarray(all->at, room, sizeof(*at));
        if (!at)
            return;
        all->at = at;
        all->room = room;
    }
    all->at[all->count++] = *process;
}

static void read_all(struct processes *all)
{
    struct process process;
    DIR *proc = opendir("/proc");
    for (const struct dirent *entry; proc && (entry = readdir(proc));)
        if (isdigit((unsigned char)entry->d_name[0]) && read_process(entry->d_name, &process))
            add(all, &process);
    if (proc)
        closedir(proc);
}

static bool descends(const struct processes *all, pid_t pid)
{
    if (pid == getpid())
        return true;
    for (size_t i = 0; i < all->count; i++)
        if (all->at[i].pid == pid)
            return all->at[i].descends;
    return false;
}

/* Marks children of those marked, until no more are found. */
static void mark(struct processes *all, pid_t except)
{
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < all->count; i++) {
            struct process *process = &all->at[i];
            if (process->descends || process->pid == except || !descends(all, process->parent))
                continue;
            process->descends = more = true;
        }
    }
}

size_t descendants_signal(pid_t except, int signal)
{
    struct processes all = {0};
    size_t count = 0;
    read_all(&all);
    mark(&all, except);
    for (size_t i = 0; i < all.count; i++)
        if (all.at[i].descends && kill(all.at[i].pid, signal) == 0)
            count++;
    free(all.at);
    return count;
}
