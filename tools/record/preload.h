/* SPDX-License-Identifier: MIT */
/* Puts libthrum-preload.so into programs: LD_PRELOAD. */
#ifndef THRUM_RECORD_PRELOAD_H
#define THRUM_RECORD_PRELOAD_H

/* The library's path, to be freed; NULL and *trouble where it isn't there, or can't be put into LD_PRELOAD. */
char *preload_find(char **trouble);

/* Puts it before what LD_PRELOAD already names, in this process's environment. 0 or -errno. */
int preload_set(const char *library);

#endif
