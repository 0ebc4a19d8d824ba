/* SPDX-License-Identifier: MIT */
/* The last words of a recording. */
#include "config.h"
#include "record/summary.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cmd/die.h"

/* A path as it can be pasted into a shell: as it is, or in single quotes. To be freed. */
static char *quote(const char *path)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:@%/";
    /* At worst each character is a quote, which takes four. */
    char *quoted = malloc(4 * strlen(path) + 5), *to = quoted;
    if (!quoted)
        return NULL;
    if (path[0] == '-')
        to = stpcpy(to, "./");
    if (path[strspn(path, plain)] == '\0') {
        strcpy(to, path);
        return quoted;
    }
    *to++ = '\'';
    for (; *path; path++)
        if (*path == '\'')
            to = stpcpy(to, "'\\''");
        else
            *to++ = *path;
    strcpy(to, "'");
    return quoted;
}

/* How the user would call deadlock-report: as thrum was called. To be freed. */
static char *reporter(void)
{
    const char *name = program_invocation_name, *slash = strrchr(name, '/');
    char *path;
    if (!slash || asprintf(&path, "%.*s/deadlock-report", (int)(slash - name), name) < 0)
        return strdup("deadlock-report");
    if (access(path, X_OK) < 0)
        strcpy(path, "deadlock-report");
    return path;
}

void summary_print(const struct directory *directory, const char *program, const struct backend_outcome *outcome)
{
    char *path = quote(directory->path), *report = reporter();
    (void)program;
    warn("the trace is in %s, %" PRIu64 " events were lost", directory->path, outcome->lost_events);
    warn("next: %s %s", report ? report : "deadlock-report", path ? path : directory->path);
    free(path);
    free(report);
}
