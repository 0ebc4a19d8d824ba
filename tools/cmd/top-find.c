/* SPDX-License-Identifier: MIT */
/* A process that records has the files of its streams mapped: /proc tells where they are. */
#include "config.h"
#include "cmd/top-find.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/memory.h"

/* Generations of children that are looked at: thrum record is the parent of what it records. */
enum { DEPTH = 4 };

/* The directory in a line of /proc/PID/maps that shows a stream, to be freed; NULL: it shows none. */
static char *stream_directory(const char *line)
{
    const char *path = strchr(line, '/'), *slash = path ? strrchr(path, '/') : NULL;
    if (!slash || strncmp(slash, "/stream_", 8) != 0)
        return NULL;
    char *directory = memory_format("%.*s", (int)(slash - path), path), *metadata = memory_format("%s/metadata", directory);
    bool is_trace = access(metadata, F_OK) == 0;
    free(metadata);
    if (is_trace)
        return directory;
    free(directory);
    return NULL;
}

static char *find_mapped(pid_t pid)
{
    char *path = memory_format("/proc/%d/maps", (int)pid), *line = NULL, *found = NULL;
    FILE *maps = fopen(path, "re");
    size_t size = 0;
    while (maps && !found && getline(&line, &size, maps) > 0)
        found = stream_directory(line);
    if (maps)
        fclose(maps);
    free(line);
    free(path);
    return found;
}

static pid_t parent_of(const char *pid)
{
    char *path = memory_format("/proc/%s/stat", pid), text[512] = "";
    FILE *stat = fopen(path, "re");
    int parent = 0;
    free(path);
    if (!stat)
        return 0;
    size_t length = fread(text, 1, sizeof text - 1, stat);
    fclose(stat);
    text[length] = '\0';
    const char *name_end = strrchr(text, ')'); /* a name may hold anything */
    return name_end && sscanf(name_end + 1, " %*c %d", &parent) == 1 ? parent : 0;
}

static char *find(pid_t pid, unsigned depth)
{
    char *found = find_mapped(pid);
    DIR *processes = found || depth == DEPTH ? NULL : opendir("/proc");
    for (struct dirent *entry; processes && !found && (entry = readdir(processes));)
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && parent_of(entry->d_name) == pid)
            found = find((pid_t)atoi(entry->d_name), depth + 1);
    if (processes)
        closedir(processes);
    return found;
}

char *top_find(pid_t pid)
{
    return find(pid, 0);
}
