/* SPDX-License-Identifier: MIT */
/* Finds thrum's own files. */
#include "config.h"
#include "cmd/paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The directory of the running tool, to be freed; NULL where /proc doesn't say. */
static char *tool_directory(void)
{
    char *path = realpath("/proc/self/exe", NULL);
    char *slash = path ? strrchr(path, '/') : NULL;
    if (slash)
        *slash = '\0';
    return path;
}

/* DIRECTORY/SUB/NAME without dots or links, to be freed; NULL where it can't be read. */
static char *find_in(const char *directory, const char *sub, const char *name)
{
    char *path, *real = NULL;
    if (!directory || asprintf(&path, "%s/%s/%s", directory, sub, name) < 0)
        return NULL;
    if (access(path, R_OK) == 0)
        real = realpath(path, NULL);
    free(path);
    return real;
}

char *paths_library(const char *name)
{
    char *tool = tool_directory();
    char *path = find_in(tool, "../lib/.libs", name);
    if (!path)
        path = find_in(THRUM_LIBDIR, ".", name);
    if (!path)
        path = find_in(tool, "../lib", name);
    free(tool);
    return path;
}
