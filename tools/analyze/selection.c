/* SPDX-License-Identifier: MIT */
/* Names that are asked for, and what they fit. */
#include "config.h"
#include "analyze/selection.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"

void selection_add(struct selection_names *names, const char *name)
{
    names->at = memory_grow(names->at, names->count + 1, &names->capacity, sizeof *names->at);
    names->at[names->count++] = name;
}

void selection_free(struct selection *selection)
{
    free(selection->processes.at);
    free(selection->threads.at);
    free(selection->locks.at);
}

bool selection_names_any(const struct selection *selection)
{
    return selection->processes.count || selection->threads.count || selection->locks.count;
}

/* A name as it is comes before a pattern: "forks[1]" is no class of letters. */
static bool is_called(const char *pattern, const char *name, uint64_t number)
{
    char *end;
    uint64_t wanted = strtoull(pattern, &end, 0);
    return (*pattern && !*end && wanted == number) || strcmp(pattern, name) == 0 || fnmatch(pattern, name, 0) == 0;
}

bool selection_fits(const struct selection_names *names, bool *fits, const char *name, uint64_t number)
{
    bool any = !names->count;
    for (size_t i = 0; i < names->count; i++)
        if (is_called(names->at[i], name, number)) {
            any = true;
            if (fits)
                fits[i] = true;
        }
    return any;
}

const char *selection_unfit(const struct selection_names *names, const bool *fits)
{
    for (size_t i = 0; i < names->count; i++)
        if (!fits[i])
            return names->at[i];
    return NULL;
}
