/* SPDX-License-Identifier: MIT */
/* The library that is preloaded, and LD_PRELOAD. */
#include "config.h"
#include "record/preload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cmd/paths.h"
#include "record/trouble.h"

char *preload_find(char **trouble)
{
    char *library = paths_library("libthrum-preload.so");
    if (!library) {
        trouble_tell(trouble, ENOENT, "can't find libthrum-preload.so beside this program nor in %s; is thrum installed whole?",
                     THRUM_LIBDIR);
        return NULL;
    }
    /* LD_PRELOAD is a list: a path with its separators in it can't be given. */
    if (!library[strcspn(library, " :")])
        return library;
    trouble_tell(trouble, EINVAL, "%s can't be preloaded: no space or colon may be in its path", library);
    free(library);
    return NULL;
}

int preload_set(const char *library)
{
    const char *others = getenv("LD_PRELOAD");
    char *list;
    if (!others || !*others)
        return setenv("LD_PRELOAD", library, 1) < 0 ? -errno : 0;
    if (asprintf(&list, "%s:%s", library, others) < 0)
        return -ENOMEM;
    int result = setenv("LD_PRELOAD", list, 1) < 0 ? -errno : 0;
    free(list);
    return result;
}
