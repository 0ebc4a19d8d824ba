/* SPDX-License-Identifier: MIT */
/* Holds the recorder's list of its stream files, a name or a pattern in each line, against what is there. */
#include "config.h"
#include "trace/missing.h"

#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "trace/fast-files.h"
#include "trace/losses.h"
#include "base/memory.h"

enum { NAME_MOST = 64 };

static bool is_there(const char *directory, const char *name, char *const *paths, size_t count)
{
    char *wanted = memory_format("%s/%s", directory, name);
    bool found = access(wanted, F_OK) == 0;
    for (size_t i = 0; i < count && !found && strchr(name, '*'); i++)
        found = fnmatch(name, strrchr(paths[i], '/') + 1, 0) == 0;
    free(wanted);
    return found;
}

/* The next name of the list; false where there is none, or what follows isn't one of the recorder's. */
static bool next_name(FILE *list, char name[NAME_MOST])
{
    if (!fgets(name, NAME_MOST, list) || strncmp(name, "stream_", 7) != 0)
        return false;
    size_t length = strcspn(name, "\n");
    bool whole = name[length] == '\n'; /* else it is being written */
    name[length] = '\0';
    return whole && !strchr(name, '/');
}

void missing_say(const char *directory, struct reader_losses *losses)
{
    char *path = memory_format("%s/.streams", directory), **paths = NULL, name[NAME_MOST], first[NAME_MOST];
    size_t count = 0, missing = 0;
    FILE *list = fopen(path, "re");
    if (list)
        files_streams(directory, &paths, &count);
    while (list && next_name(list, name))
        if (!is_there(directory, name, paths, count) && ++missing == 1)
            strcpy(first, name);
    if (missing == 1)
        losses_say(losses, "%s/%s: this file is missing, and what it held", directory, first);
    else if (missing)
        losses_say(losses, "%s: %zu stream files are missing, and what they held: %s is the first", directory, missing, first);
    for (size_t i = 0; i < count; i++)
        free(paths[i]);
    free(paths);
    free(path);
    if (list)
        fclose(list);
}

void missing_say_metadata(const char *directory, struct reader_losses *losses)
{
    losses_say(losses, "%s/metadata: this file is missing, so nothing can be read of what this process did", directory);
}
